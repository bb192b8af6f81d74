// What `kairan ask` and `kairan content ...` do, without the command line: arguments in, text to a stream, exit code out.
// 0 = done; 1 = the content has errors or a test failed; 2 = the command cannot run (no such file).
#pragma once

#include <iosfwd>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "intents/import/importer.h"

namespace kairan::intents {

struct AskArguments {
  std::string content;     ///< folder
  std::string text;
  std::string batch;       ///< file of JSON lines; instead of `text`
  bool explain = false;
  bool json = false;
  std::string district;    ///< registered districts, joined by ; — may be empty
  std::string language = "ja";
  TimePoint now;
};
int run_ask(const AskArguments& arguments, std::ostream& out, std::ostream& error);

int run_content_check(const std::string& folder, std::ostream& out);
int run_content_test(const std::string& folder, std::ostream& out);
int run_content_import(const ImportOptions& options, std::ostream& out);
/// Which of the phrases of both folders' tests.csv, and of `phrases` (one a line) when given, change their answer.
int run_content_diff(const std::string& before, const std::string& after, const std::string& phrases, std::ostream& out);

/// "品目=name,よみ=kana" as a map; nothing when a part has no 「=」.
std::optional<std::map<std::string, std::string>> parse_column_map(const std::string& text);

}  // namespace kairan::intents
