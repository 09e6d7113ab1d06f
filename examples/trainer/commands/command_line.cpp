// SPDX-License-Identifier: BSD-3-Clause
#include "commands/commands.hpp"
#include "commands/inspect_options.hpp"
#include "commands/named_data.hpp"
#include "commands/standard_files.hpp"
#include "commands/train_options.hpp"
#include "data/sets/readers.hpp"
#include "files/file_error.hpp"
#include "options/nearest_name.hpp"
#include "ranks/together.hpp"
#include "run/machine.hpp"

#include <mixcon/core/require.hpp>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace mixcon_train {
inline namespace commands {

namespace {

/// Which run, and samples other than its own.
void add_run_and_data(CLI::App& command, std::string& run, std::string& data, std::string& folder) {
  command.add_option("RUN", run, "run folder or checkpoint")->required()->check(not_empty);
  command.add_option("--data", data, "another data set: " + listed(named_data_sets()) + " (default: that of the run)");
  command.add_option("--data-dir", folder, "folder of its files (default: that of the run, or the usual one)")
      ->check(not_empty);
}

void add_samples(CLI::App& command, std::string& run, sample_request& samples) {
  add_run_and_data(command, run, samples.data, samples.data_folder);
  command.add_option("--part", samples.part, "of the data set: train or test")->capture_default_str();
  command
      .add_option("--files", samples.files,
                  "files instead of a data set: a folder of pictures or WAV clips, in folders named after their "
                  "classes or not; or a CSV file with a column of labels or without (default: none)")
      ->check(not_empty);
}

CLI::App& add_eval(CLI::App& app, eval_request& request) {
  CLI::App& eval = *app.add_subcommand("eval", "evaluate a run, on its own test samples or on others");
  eval.footer(
      "On the run's own test samples: accuracy of its features by three probes (SGD linear, 5 nearest neighbours, "
      "ridge\n"
      "regression), compared with raw samples and an untrained network; then accuracy, calibration error and a line "
      "per\n"
      "class of the run's classifier, or of the linear probe where it has none. On other samples: only the latter. "
      "Their\n"
      "classes must be among those of the run, by name, and nothing is trained on them.\n\n"
      "  mixcon-train eval runs/supcon-digits-001\n"
      "  mixcon-train eval runs/ce-image-folder-001 --files photos/  (photos/CLASS/*.png)\n"
      "  mixcon-train eval runs/simclr-cifar10-001 --data cifar100 --data-dir cifar100/ --transfer");
  add_samples(eval, request.from, request.samples);
  eval.add_flag("--transfer", request.transfers,
                "train the probes on --data, which may have other classes than the run (default: off)");
  return eval;
}

CLI::App& add_predict(CLI::App& app, predict_request& request) {
  CLI::App& predict = *app.add_subcommand("predict", "print or write the class of each sample, with probabilities");
  predict.footer(
      "Predictions are those of the run's classifier; where it has none, those of a linear probe that is trained on "
      "the\n"
      "run's training samples, as in its report.\n\n"
      "  mixcon-train predict runs/ce-digits-001 --files scans/ --out classes.csv");
  add_samples(predict, request.from, request.samples);
  predict.add_option("--out", request.out,
                     "FILE.csv with the probabilities of all classes, or FILE.npy, (samples, classes), with the most "
                     "probable ones in FILE.classes.npy (default: none, print a table)");
  predict.add_flag("--overwrite", request.overwrites, "replace files that are there (default: off, refuse)");
  return predict;
}

CLI::App& add_embed(CLI::App& app, embed_request& request) {
  CLI::App& embed = *app.add_subcommand("embed", "write the features of samples, for NumPy or as safetensors");
  embed.footer("  mixcon-train embed runs/supcon-digits-001 --out features.npy");
  add_run_and_data(embed, request.from, request.data, request.data_folder);
  embed.add_option("--part", request.part, "which samples of the data set: train or test")->capture_default_str();
  embed.add_option("--of", request.of, "which output of the network: backbone or head")->capture_default_str();
  embed.add_option(
      "--out", request.out,
      "FILE.npy, with labels in FILE.labels.npy, or FILE.safetensors with both (default: none, must be given)");
  embed.add_flag("--overwrite", request.overwrites, "replace files that are there (default: off, refuse)");
  return embed;
}

CLI::App& add_compare(CLI::App& app, compare_request& request) {
  CLI::App& compare =
      *app.add_subcommand("compare", "train several recipes with several seeds, and compare their accuracy");
  compare.footer(
      "Prints paired differences with confidence intervals, and writes comparison.html. Started again after an\n"
      "interruption, it continues. docs/trainer/compare.md explains plans and the table.\n\n"
      "  mixcon-train compare --plan examples/trainer/plans/digits.toml\n"
      "  mixcon-train compare --plan PLAN.toml --record PLAN.json                     (to commit what was reached)\n"
      "  mixcon-train compare --plan PLAN.toml --from-records PLAN.json --measure ridge  (its table again)");
  compare.add_option("--plan", request.plan,
                     "TOML file that lists what to train: arms and seeds (default: none, must be given)");
  compare.add_option("--out", request.out, "folder for the runs and comparison.html (default: runs/PLAN)")
      ->check(not_empty);
  compare.add_option("--measure", request.measure, "linear, neighbours, ridge or classifier (default: the plan's)");
  compare.add_option("--record", request.record, "file for what each run reached, as JSON (default: none)")
      ->check(not_empty);
  compare
      .add_option("--from-records", request.from_records,
                  "train nothing: print the table of such a file, whose settings must be the plan's (default: none)")
      ->check(not_empty);
  compare.add_flag("--markdown", request.markdown, "print the table in Markdown (default: off)");
  return compare;
}

/// The options of whichever command was named.
std::vector<std::string> known_options(const CLI::App& app) {
  std::vector<std::string> names;
  const auto of_command = app.get_subcommands();
  for (const CLI::App* command : of_command.empty() ? std::vector<CLI::App*>{} : of_command)
    for (const CLI::Option* option : command->get_options()) names.push_back(option->get_name());
  if (of_command.empty()) names = {"train", "eval", "predict", "embed", "compare", "inspect", "--help"};
  return names;
}

/// The first word of the command line that is no option or command: CLI11 lists all such words, in any order.
std::string unknown_word(const std::string& listed) {
  std::istringstream words(listed);
  std::string first, word;
  while (words >> word)
    if (first.empty() || (word.starts_with("-") && !first.starts_with("-"))) first = word;
  return first;
}

/// The words of the command line, a negative number joined to the option in front of it: CLI11 would take it for an
/// option itself.
std::vector<std::string> joined_words(int count, const char* const* arguments) {
  std::vector<std::string> words;
  for (int k = 0; k < count; ++k) {
    const std::string word = arguments[k];
    const bool is_negative = word.size() > 1 && word[0] == '-' && std::string("0123456789.").find(word[1]) < 11;
    if (is_negative && k > 1 && words.back().starts_with("--") && words.back().find('=') == std::string::npos)
      words.back() += "=" + word;
    else
      words.push_back(word);
  }
  return words;
}

int refuse_arguments(const CLI::App& app, const CLI::ParseError& error) {
  std::string sentence = error.what();
  const auto colon = sentence.find(": ");
  const std::string option = sentence.substr(0, colon);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr && colon != std::string::npos) {
    const std::string wrong = unknown_word(sentence.substr(colon + 2));
    const std::string meant = nearest_name(wrong, known_options(app));
    sentence = "there is no option or command " + wrong + (meant.empty() ? "." : "; did you mean " + meant + "?");
  } else if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr && colon != std::string::npos) {
    sentence = sentence.substr(colon + 2) + ": this value is no number, or not one that the option can hold.";
  } else if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ArgumentMismatch)) {
    sentence = option + ": expected once, with one value.";
  } else if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError)) {
    sentence += "; expected the folder of a run, or a checkpoint.";
  }
  const auto of_command = app.get_subcommands();
  const std::string command = of_command.empty() ? "" : of_command.front()->get_name() + " ";
  say_refused(sentence + " See mixcon-train " + command + "--help.");
  return exit_refused;
}

/// Refuses a command that several ranks would each do in full.
void require_one_process(const CLI::App& app, const rank_group* ranks) {
  together_alike(ranks, [&] {
    MIXCON_REQUIRE(ranks == nullptr, app.get_subcommands().front()->get_name(),
                   ": it runs in one process; start it without mpirun, which is for train.");
  });
}

int run_command(int count, const char* const* arguments, const rank_group* ranks) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is a write that fails, not the end
  CLI::App app("Trains encoders with mixing and contrastive losses, and evaluates them.", "mixcon-train");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", facts_of_this_machine().version);
  app.footer(
      "To begin with:\n"
      "  mixcon-train train --data digits --recipe supcon --steps 200  (seconds; ends with a table and a report)\n"
      "  mixcon-train eval runs/supcon-digits-001\n\n"
      "mixcon-train COMMAND --help lists the options of a command, with their defaults.");
  train_options train_command(app);
  eval_request eval_asked;
  const CLI::App& eval_command = add_eval(app, eval_asked);
  predict_request predict_asked;
  const CLI::App& predict_command = add_predict(app, predict_asked);
  embed_request embed_asked;
  const CLI::App& embed_command = add_embed(app, embed_asked);
  compare_request compare_asked;
  const CLI::App& compare_command = add_compare(app, compare_asked);
  const inspect_options inspect_command(app, count, arguments);
  try {
    const std::vector<std::string> words = joined_words(count, arguments);
    std::vector<const char*> places;
    for (const std::string& word : words) places.push_back(word.c_str());
    app.parse(static_cast<int>(places.size()), places.data());
    if (app.get_subcommands().empty()) {
      say_refused(
          "no command was given; expected train, eval, predict, embed, compare or inspect. See mixcon-train --help.");
      return exit_refused;
    }
    if (train_command.was_asked()) return train(train_command.request(), stdout, ranks);
    require_one_process(app, ranks);
    if (predict_command.parsed()) return predict(predict_asked, stdout);
    if (embed_command.parsed()) return embed(embed_asked, stdout);
    if (compare_command.parsed()) return compare(compare_asked, stdout);
    return eval_command.parsed() ? evaluate(eval_asked, stdout) : inspect(inspect_command.request(), stdout);
  } catch (const CLI::ParseError& error) {  // of all ranks, which have one command line
    if (!leads(ranks)) return error.get_exit_code() == 0 ? exit_done : exit_refused;
    return error.get_exit_code() == 0 ? app.exit(error) : refuse_arguments(app, error);
  } catch (const refused_together& refused) {
    if (leads(ranks)) say_refused(refused.what());
    return exit_refused;
  } catch (const mixcon::rank_failure& failed) {  // the other one has said why
    ranks->abandon(exit_refused);
  } catch (const std::bad_alloc&) {
    say_refused("there is not enough memory; a smaller --batch or --width needs less.");
  } catch (const std::exception& error) {
    say_refused(error.what());
  }
  if (ranks != nullptr) ranks->abandon(exit_refused);
  return exit_refused;
}

}  // namespace

int run_command_line(int count, const char* const* arguments, const rank_group* ranks) {
  hold_standard_files();
  return status_of_printing(run_command(count, arguments, ranks));
}

}  // namespace commands
}  // namespace mixcon_train
