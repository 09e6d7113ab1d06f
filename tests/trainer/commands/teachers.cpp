// SPDX-License-Identifier: BSD-3-Clause
// A teacher and its student from the command line: trained, refused before anything is written, gone on with.
#include "trainer/program.hpp"

#include <algorithm>

using namespace mixcon_test;

namespace {

using words = std::vector<std::string>;

outcome train(const scratch_folder& in, const words& more) {
  words all{"train", "--data", "digits", "--width",         "4",           "--batch", "16", "--threads",
            "1",     "--lr",   "0.05",   "--no-evaluation", "--precision", "fp32"};
  all.insert(all.end(), more.begin(), more.end());
  return run_program(all, in.path());
}

bool is_one_refusal(const outcome& of, const std::string& part) {
  return of.status == 2 && std::count(of.text.begin(), of.text.end(), '\n') == 1 &&
         of.text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a student goes on with its own teacher, wherever it lies, and with no other", "[examples]") {
  const scratch_folder in;
  CHECK(train(in, {"--recipe", "ce", "--steps", "4", "--arch", "convnet", "--out", "teacher"}).status == 0);
  CHECK(train(in, {"--recipe", "ce", "--steps", "5", "--arch", "convnet", "--out", "other"}).status == 0);
  const outcome begun = train(in, {"--recipe", "kd", "--teacher", "teacher", "--steps", "3", "--out", "student"});
  INFO(begun.text);
  CHECK(begun.status == 0);
  std::filesystem::rename(in / "teacher", in / "moved");
  const auto resumed = [&](const words& more) {
    words all{"train", "--resume", "student", "--no-evaluation"};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all, in.path());
  };
  CHECK(is_one_refusal(resumed({}), "--teacher: there is no run teacher."));
  CHECK(is_one_refusal(resumed({"--teacher", "other"}), "it was trained with the run "));
  CHECK(is_one_refusal(resumed({"--teacher", "moved", "--kd-weight", "0.5"}), "it was trained with --kd-weight 0.9"));
  const outcome again = resumed({"--teacher", "moved"});
  INFO(again.text);
  CHECK(again.status == 0);
}

TEST_CASE("a run goes on with its mixer, wherever it lies, and with no other", "[examples]") {
  const scratch_folder in;
  CHECK(train(in, {"--recipe", "samix", "--steps", "2", "--out", "mixer"}).status == 0);
  CHECK(train(in, {"--recipe", "samix", "--steps", "3", "--out", "other"}).status == 0);
  const words mixed{"--recipe", "mixup", "--policy", "mixer", "--steps", "3", "--out", "mixed", "--resume", "auto"};
  CHECK(train(in, mixed).status == 0);
  const outcome again = train(in, mixed);  // the path is as it was given
  INFO(again.text);
  CHECK(again.status == 0);
  CHECK(again.text.find("all steps are done") != std::string::npos);
  std::filesystem::rename(in / "mixer", in / "moved");
  const auto resumed = [&](const std::string& policy) {
    return run_program({"train", "--resume", "mixed", "--no-evaluation", "--policy", policy}, in.path());
  };
  CHECK(is_one_refusal(resumed("./other"), "it was trained with the run "));
  CHECK(is_one_refusal(resumed("mixup"), "it was trained with --policy /"));
  CHECK(is_one_refusal(run_program({"train", "--resume", "mixed", "--no-evaluation"}, in.path()),
                       "--policy: there is no run /"));
  const outcome found = resumed("./moved");
  INFO(found.text);
  CHECK(found.status == 0);
  const auto automatic = [&](const char* policy) {
    words job = mixed;
    job[3] = policy;
    return train(in, job);
  };
  std::filesystem::rename(in / "moved", in / "elsewhere");
  const outcome once_more = automatic("elsewhere");
  INFO(once_more.text);
  CHECK(once_more.text.find("all steps are done") != std::string::npos);
  CHECK(is_one_refusal(automatic("other"), "this one differs in --policy."));
}

TEST_CASE("a student without a teacher goes on", "[examples]") {
  const scratch_folder in;
  const std::string recipe = GENERATE("scns-class", "scns-sample", "latent-mixup");
  CHECK(train(in, {"--recipe", recipe, "--steps", "2", "--out", "alone"}).status == 0);
  const outcome again = run_program({"train", "--resume", "alone", "--no-evaluation"}, in.path());
  INFO(again.text);
  CHECK(again.status == 0);
}

TEST_CASE("an option that has no effect beside the others is refused", "[examples]") {
  for (const auto& [options, expected] : std::vector<std::pair<words, std::string>>{
           {{"--recipe", "samix", "--eta", "0.5"},
            "--eta: the mixer's loss has none by --eta-mode none; leave it out."},
           {{"--recipe", "samix", "--mask-loss", "none", "--mask-margin", "0.2"}, "--mask-margin: --mask-loss none"},
           {{"--recipe", "samix", "--mask-block", "several", "--value", "linear"},
            "--value: the block of --mask-block"},
           {{"--recipe", "automix", "--lambda-power", "-1"},
            "--lambda-power: --lambda-encoding concat does not rescale"},
           {{"--recipe", "automix", "--value-dropout", "0.1"}, "--value-dropout: --value linear has no dropout"},
           {{"--recipe", "automix", "--rescale", "0", "--rescale-margin", "0.1"}, "--rescale-margin: --rescale 0"},
           {{"--recipe", "scns-class", "--kd-temperature", "3"}, "--kd-temperature: --kd-weight 0 distils"},
           {{"--recipe", "scns-class", "--pool", "batch", "--bank-momentum", "0.3"}, "--bank-momentum: negatives of"},
           {{"--recipe", "scns-sample", "--draw-temperature", "0.3"}, "--draw-temperature: --draw uniform has none"},
           {{"--recipe", "latent-mixup", "--lambda-most", "0.3"},
            "--lambda-most: --between negative-negative mixes"}}) {
    words all{"train", "--data", "digits", "--print-config"};
    all.insert(all.end(), options.begin(), options.end());
    const outcome of = run_program(all);
    INFO(of.text);
    CHECK(is_one_refusal(of, expected));
  }
}

TEST_CASE("a run does not replace the run that it learns from", "[examples]") {
  const scratch_folder in;
  CHECK(train(in, {"--recipe", "ce", "--steps", "2", "--out", "teacher"}).status == 0);
  const auto size = std::filesystem::file_size(in / "teacher/checkpoint.safetensors");
  for (const char* teacher : {"teacher", "./teacher/checkpoint.safetensors"}) {
    const outcome of =
        train(in, {"--recipe", "kd", "--teacher", teacher, "--steps", "3", "--out", "teacher", "--overwrite"});
    INFO(of.text);
    CHECK(is_one_refusal(of, "lies in --out, where this run would replace it"));
  }
  CHECK(std::filesystem::file_size(in / "teacher/checkpoint.safetensors") == size);
}

TEST_CASE("a teacher that does not fit is refused before anything is written", "[examples]") {
  const scratch_folder in;
  CHECK(train(in, {"--recipe", "ce", "--steps", "2", "--out", "teacher"}).status == 0);
  const auto refused = [&](const words& more, const std::string& part) {
    words all{"train", "--recipe", "kd", "--steps", "2", "--out", "student"};
    all.insert(all.end(), more.begin(), more.end());
    const outcome of = run_program(all, in.path());
    INFO(of.text);
    CHECK(is_one_refusal(of, part));
    CHECK_FALSE(std::filesystem::exists(in / "student"));
  };
  refused({"--data", "digits"}, "--teacher: kd learns from another run; expected its folder");
  refused({"--data", "digits", "--teacher", "nowhere"}, "--teacher: there is no run nowhere.");
  std::ofstream(in / "rows.csv") << "a,b,class\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n1,3,x\n2,4,y\n9,6,x\n7,1,y\n";
  refused({"--data", "csv", "--data-dir", "rows.csv", "--batch", "2", "--no-evaluation", "--teacher", "teacher"},
          "learnt from images of 1 x 8 x 8 in 10 classes, this run learns from rows of 2 features in 2 classes");
  std::filesystem::resize_file(in / "teacher/checkpoint.safetensors", 1000);
  refused({"--data", "digits", "--teacher", "teacher"}, "--teacher: teacher/checkpoint.safetensors, byte ");
}
