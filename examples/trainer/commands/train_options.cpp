// SPDX-License-Identifier: BSD-3-Clause
#include "commands/train_options.hpp"

#include "options/nearest_name.hpp"
#include "recipes/all_encoders.hpp"
#include "recipes/all_recipes.hpp"
#include "run/option_parts.hpp"
#include "run/settings.hpp"

#include <mixcon/core/require.hpp>

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace mixcon_train {
inline namespace commands {

namespace {

constexpr std::size_t column = 28, page = 110;

/// A flag of the whole run, rather than an option with a value in its settings.
struct command_flag {
  const char *name, *help;
};
constexpr command_flag command_flags[] = {
    {"--config FILE", "read options from a TOML file; flags override it (default: none)"},
    {"--preset NAME", "small, or paper: the values of the recipe's paper (default: small)"},
    {"--quick",
     "train for at most a minute: --images 80000, of clips 15000, and --first-stride 2 of both (default: off)"},
    {"--print-config", "print all settings as a config.toml, and train nothing (default: off)"},
    {"--resume RUN",
     "continue this run folder or checkpoint, bit for bit; auto: continue the newest run with these "
     "settings, or begin if there is none (default: begin)"},
    {"--from RUN", "begin with the weights of another run, wherever names and shapes agree (default: none)"},
    {"--overwrite", "replace the run that --out holds (default: off, refuse)"},
    {"--no-evaluation", "stop after training: no table, no report (default: off)"},
};

/// A line of help, wrapped behind the column of the texts.
void write_line(std::ostringstream& to, const std::string& flag, const std::string& help) {
  std::string line = "  " + flag;
  line.resize(std::max(line.size() + 1, column), ' ');
  std::istringstream words(help);
  for (std::string word; words >> word; line += word + " ") {
    if (line.size() + word.size() <= page) continue;
    to << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
    line.assign(column, ' ');
  }
  to << line.substr(0, line.find_last_not_of(' ') + 1) << "\n";
}

std::string described(const option& each) {
  std::string text = each.help;
  for (const std::string& name : each.choices) text += (name == each.choices.front() ? ": " : ", ") + name;
  text += " (default: " + (each.initial.empty() ? "none" : each.initial);
  if (!each.paper.empty()) text += "; paper: " + each.paper;
  return text + ")";
}

std::string placeholder(const option& each) {
  if (each.is_switch()) return "";
  return each.is_text() ? " NAME" : std::holds_alternative<double*>(each.value) ? " X" : " N";
}

/// Recipe and data set that are asked for, and nothing else.
settings names_in(const std::vector<given_value>& given) {
  settings chosen;
  for (const given_value& each : given) {
    if (each.name == "recipe") chosen.recipe = each.text;
    if (each.name == "data") chosen.data.name = each.text;
    if (each.name == "data-dir") chosen.data.folder = each.text;
  }
  require_one_of("--data", chosen.data.name, data_names());
  chosen.data.name = meant_data_set(chosen.data.name, chosen.data.folder);
  return chosen;
}

/// What the paper of the recipe that is asked for trained with, on the kind of data that is asked for.
std::vector<preferred_value> values_of_paper(const std::vector<given_value>& given) {
  const settings chosen = names_in(given);
  const recipe_entry& entry = recipe_called(chosen.recipe);
  const std::vector<preferred_value> values = entry.paper_values(chosen.kind());
  std::string kinds;
  for (const sample_kind each : {sample_kind::image, sample_kind::row, sample_kind::clip})
    if (!entry.paper_values(each).empty())
      kinds.append(kinds.empty() ? "" : " and ").append(to_string(each)).append("s");
  MIXCON_REQUIRE(!kinds.empty(), "--preset: the recipe ", chosen.recipe,
                 " has no values of a paper; leave it out, or give its options one by one.");
  MIXCON_REQUIRE(!values.empty(), "--preset: the paper of ", chosen.recipe, " trained on ", kinds, ", not on ",
                 to_string(chosen.kind()), "s such as ", chosen.data.name, "; leave it out, or choose other --data.");
  return values;
}

/// The settings of a run of that recipe, with what it prefers; none where a name is unknown or the two do not fit.
std::optional<settings> settings_of(const std::string& recipe, const std::string& data) {
  if (recipe.empty()) return std::nullopt;
  try {
    return settings_with({{"recipe", recipe}, {"data", data.empty() ? data_options().name : data}});
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

void write_command(std::ostringstream& to) {
  to << "\nthe command\n";
  write_line(to, "--help", "print this text (default: off)");
  for (const command_flag& each : command_flags) write_line(to, each.name, each.help);
}

std::string help_of(settings chosen) {
  const recipe_entry& entry = recipe_called(chosen.recipe);
  std::ostringstream text;
  text << entry.name << ": " << entry.summary;
  if (*entry.paper != '\0') text << ". " << entry.paper;
  text << ".\n\nmixcon-train train --recipe " << entry.name << " --data " << chosen.data.name << " [OPTION]...\n";
  write_command(text);
  const std::vector<preferred_value> of_paper = entry.paper_values(chosen.kind());
  const option_list options = chosen.list();
  std::string section;
  for (option each : options.all()) {
    if (each.name == "recipe") continue;
    for (const preferred_value& value : of_paper)
      if (value.first == each.name) each.paper = value.second;
    if (each.section != section) text << "\n" << each.section << "\n";
    section = each.section;
    write_line(text, each.flag() + placeholder(each), described(each));
  }
  text << "\nmixcon-train train --help lists all recipes, encoders and data sets.\n";
  return text.str();
}

bool is_length(const given_value& each) {
  return each.name == "images" || each.name == "steps" || each.name == "epochs";
}
bool says_how_long(const std::vector<given_value>& given) {
  return std::any_of(given.begin(), given.end(), [](const auto& each) { return is_length(each) && each.text != "0"; });
}

}  // namespace

std::string not_empty(const std::string& value) {
  return value.empty() ? "the value is empty; expected a path." : std::string();
}

train_options::train_options(CLI::App& app)
    : app_(*app.add_subcommand("train", "train an encoder, evaluate it and write a report")) {
  app_.formatter_fn([this](const CLI::App*, const std::string&, CLI::AppFormatMode) {
    return train_help(given("recipe"), given("data"));
  });
  std::vector<std::string> names, switches;
  for (const option_part& part : all_option_parts())
    for (const option& each : part.list.all()) {
      names.push_back(each.name);
      if (each.is_switch()) switches.push_back(each.name);
    }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.insert(names.begin(), {"recipe", "arch"});  // refusals speak of these first
  for (const std::string& name : names) {
    flag& made = flags_.emplace_back(flag{name});
    made.option = app_.add_option("--" + name, made.text);
    made.is_switch = std::find(switches.begin(), switches.end(), name) != switches.end();
    if (made.is_switch) made.option->expected(0, 1);
  }
  app_.add_option("--config", config_)->check(not_empty);
  app_.add_option("--preset", preset_);
  app_.add_flag("--quick", quick_);
  app_.add_flag("--print-config", request_.prints_config);
  app_.add_option("--resume", request_.resume)->check(not_empty);
  app_.add_option("--from", request_.from)->check(not_empty);
  app_.add_flag("--overwrite", request_.overwrites);
  app_.add_flag("--no-evaluation", ends_early_);
}

/// The last text that was given for an option, also before options are read; empty: none.
std::string train_options::given(const char* name) const {
  for (const flag& each : flags_)
    if (each.name == name && each.option->count() > 0) return each.option->results().back();
  return "";
}

train_request train_options::request() const {
  train_request asked = request_;
  asked.evaluates = !ends_early_;
  if (!config_.empty()) asked.given = read_config(config_);
  std::vector<given_value> by_flags;
  for (const flag& each : flags_)
    if (each.option->count() > 0)
      by_flags.push_back({each.name, each.is_switch && each.text.empty() ? "true" : each.text, "--" + each.name});
  std::vector<given_value> implied;
  const auto imply = [&](const preferred_value& value, const std::string& by) {
    implied.push_back({value.first, value.second, "--" + value.first + " (" + by + ")", true});
  };
  std::vector<given_value> both = asked.given;
  both.insert(both.end(), by_flags.begin(), by_flags.end());
  if (!preset_.empty()) {
    require_one_of("--preset", preset_, {"small", "paper"});
    if (preset_ == "paper")
      for (const preferred_value& value : values_of_paper(both)) imply(value, "--preset paper");
  }
  if (quick_) {
    imply({"first-stride", "2"}, "--quick");
    imply({"images", names_in(both).kind() == sample_kind::clip ? "15000" : "80000"}, "--quick");
  }
  // what was said last of how long to train counts
  if (says_how_long(asked.given) || says_how_long(by_flags)) std::erase_if(implied, is_length);
  if (says_how_long(by_flags)) std::erase_if(asked.given, is_length);
  asked.given.insert(asked.given.begin(), implied.begin(), implied.end());
  asked.given.insert(asked.given.end(), by_flags.begin(), by_flags.end());
  return asked;
}

std::string train_help(const std::string& recipe, const std::string& data) {
  if (const std::optional<settings> chosen = settings_of(recipe, data)) return help_of(*chosen);
  std::ostringstream text;
  text << "Trains an encoder with a recipe (a loss, and how samples are mixed), evaluates its features and writes a "
          "report\n"
          "into a run folder. Ctrl-C saves and prints how to continue.\n\nmixcon-train train [OPTION]...\n\n"
          "  mixcon-train train --data digits --recipe supcon --steps 200\n"
          "  mixcon-train train --resume runs/supcon-digits-001\n"
          "  mpirun -np 2 mixcon-train train --recipe supcon    (one run on two processes, where MPI is installed)\n"
          "  mixcon-train train --recipe supcon --data digits --help  (options and defaults of such a run alone)\n";
  write_command(text);
  text << "\nrecipe and encoder\n";
  write_line(text, "--recipe NAME", "(default: " + settings().recipe + ")");
  for (const recipe_entry& each : all_recipes())
    write_line(text, "    " + std::string(each.name),
               std::string(each.summary) + (*each.paper == '\0' ? "" : std::string(". ") + each.paper));
  write_line(text, "--arch NAME", "encoder: " + listed(encoder_names()) + " (default: by the kind of data)");
  for (const option_part& part : all_option_parts()) {
    if (part.list.all().empty()) continue;
    text << "\n" << part.title << "\n";
    for (const option& each : part.list.all()) write_line(text, each.flag() + placeholder(each), described(each));
  }
  return text.str();
}

}  // namespace commands
}  // namespace mixcon_train
