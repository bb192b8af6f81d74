// The limits of LINE's message objects as checks that name field, limit and unit. Used by the files that build messages.
// Threads: a Checker belongs to one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/message.h"
#include "base/result.h"

namespace kairan::adapters::line {

/// Remembers the first thing that is wrong; later checks change nothing.
class Checker {
 public:
  bool ok() const { return !error_; }
  const Error& error() const { return *error_; }

  void fail(ErrorCode code, std::string field, std::string_view what);
  /// Not empty, valid UTF-8, at most `max` UTF-16 code units.
  void utf16(const std::string& field, std::string_view text, std::size_t max);
  /// Not empty, valid UTF-8, at most `max` grapheme clusters.
  void graphemes(const std::string& field, std::string_view text, std::size_t max);
  void bytes(const std::string& field, std::size_t size, std::size_t max);
  /// Between 1 and `max` things.
  void count(const std::string& field, std::size_t size, std::size_t max);
  /// An https address of printable ASCII (LINE wants the rest percent-encoded), at most 2,000 units.
  void media_url(const std::string& field, std::string_view url);
  /// An address behind a button: https, http, line or tel, printable ASCII, at most 1,000 units.
  void action_uri(const std::string& field, std::string_view uri);

 private:
  void size(const std::string& field, std::size_t size, std::size_t max, std::string_view unit);
  bool text(const std::string& field, std::string_view text);
  std::optional<Error> error_;
};

/// Where an action stands; decides which kinds LINE takes there.
enum class ActionPlace { kTemplate, kQuickReply };

void check_action(Checker& check, const std::string& field, const Action& action, ActionPlace place);

}  // namespace kairan::adapters::line
