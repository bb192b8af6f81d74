// The register of broadcasts that left (配信台帳): one entry for each, added when it is over, never changed. A hash chain
// (store/chain.h), so that a change shows. Holds no resident, only numbers. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/chain.h"

namespace kairan::store {

struct RegisterEntry {
  std::uint64_t seq = 0;
  std::string id;        ///< of the broadcast
  std::string state;     ///< how it ended: a name of broadcasts/lifecycle.h
  std::string title, kind, priority, section, topic;
  std::string text;      ///< what residents read, variant by variant
  std::string audience;  ///< the segment as a sentence
  std::string author, approver;
  std::string corrects, effect;  ///< empty unless it is a correction
  std::string reason;
  std::uint64_t recipients = 0;  ///< the frozen audience
  std::uint64_t accepted = 0, refused = 0, unknown = 0, unsent = 0;
  std::optional<TimePoint> approved_at, first_batch_at, last_batch_at;
  TimePoint created{}, entered{};
};

class Register {
 public:
  explicit Register(RedisClient& redis) : chain_(redis, "register") {}

  /// Adds the entry of a broadcast; a second one under the same id changes nothing. @return its number
  Result<std::uint64_t> add(const RegisterEntry& entry);
  /// Newest first. @param before  entries with smaller numbers only
  Result<std::vector<RegisterEntry>> recent(std::optional<std::uint64_t> before, std::size_t count);
  /// Oldest first, from number `from` on.
  Result<std::vector<RegisterEntry>> read(std::uint64_t from, std::size_t count);
  Result<ChainProof> verify() { return chain_.verify(); }
  Result<ChainHead> head() { return chain_.head(); }

 private:
  Chain chain_;
};

/// CSV for 情報公開: UTF-8 with BOM, CRLF, a header row in Japanese, times in Japan. Cells that a spreadsheet would run as a
/// formula begin with an apostrophe.
std::string register_csv(const std::vector<RegisterEntry>& entries);

/// A cell that no spreadsheet takes for a formula: one that begins with = + - @, a tab or a line break, also after blanks, gets
/// an apostrophe in front.
std::string formula_safe(std::string_view cell);

}  // namespace kairan::store
