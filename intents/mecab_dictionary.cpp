#include "intents/mecab_dictionary.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <fstream>

#include "intents/kana.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX declares it nowhere

namespace kairan::intents {
namespace {

/// 名詞,一般 in IPADIC's connection table.
constexpr int kGeneralNoun = 1285;
/// Low enough to win over a split into known words, high enough not to swallow parts of longer ones.
constexpr int kWordCost = 2000;

bool fits_dictionary(const std::string& word) {
  if (word.empty() || word.size() > 120) return false;
  for (const char c : word) {
    if (c == ',' || c == '"' || static_cast<unsigned char>(c) < 0x20) return false;
  }
  return true;
}

bool run_compiler(const std::string& source, const std::string& target) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::array<std::string, 10> words{kMecabCompiler, "-d", kMecabDictionary, "-u", target,
                                    "-f",           "utf-8", "-t",          "utf-8", source};
  std::array<char*, 11> arguments{};
  for (std::size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  pid_t child = 0;
  const int spawned = posix_spawn(&child, kMecabCompiler, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (spawned != 0) return false;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Result<std::string> compile_user_dictionary(const std::string& folder,
                                            const std::vector<std::pair<std::string, std::string>>& words) {
  const std::string source = folder + "/words.csv";
  const std::string target = folder + "/words.dic";
  {
    std::ofstream out(source, std::ios::binary);
    for (const auto& [surface, reading] : words) {
      if (!fits_dictionary(surface)) continue;
      const std::string kana = fits_dictionary(reading) ? to_katakana(reading) : to_katakana(surface);
      out << surface << ',' << kGeneralNoun << ',' << kGeneralNoun << ',' << kWordCost << ",名詞,一般,*,*,*,*,"
          << surface << ',' << kana << ',' << kana << '\n';
    }
    if (!out.flush()) return Error{ErrorCode::kUnavailable, "cannot write " + source};
  }
  if (!run_compiler(source, target)) return Error{ErrorCode::kUnavailable, "mecab-dict-index failed"};
  return target;
}

}  // namespace kairan::intents
