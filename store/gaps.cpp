#include "store/gaps.h"

#include <string>

#include "store/keys.h"

namespace kairan::store {
namespace {

/// Stream ids begin with the time Redis added them at, so the oldest id to keep is a time.
std::string oldest_to_keep(TimePoint now, std::chrono::milliseconds retention) {
  return std::to_string(to_unix_ms(now - retention));
}

constexpr std::size_t kGapsAtOnce = 5000;

}  // namespace

Status Gaps::add(std::string_view sealed, TimePoint now, std::chrono::milliseconds retention) {
  const auto replies = redis_.pipeline(
      {{"XADD", keys::gaps(), "MAXLEN", "~", std::to_string(kMaxRecords), "*", "b", std::string(sealed)},
       {"XTRIM", keys::gaps(), "MINID", oldest_to_keep(now, retention)}});
  if (!replies) return replies.error();
  if ((*replies)[0].is_error()) return error_of((*replies)[0]);
  return {};
}

Result<std::vector<std::string>> Gaps::all(TimePoint now, std::chrono::milliseconds retention) {
  std::vector<std::string> records;
  std::string from = oldest_to_keep(now, retention);
  for (;;) {
    const auto reply = redis_.command({"XRANGE", keys::gaps(), from, "+", "COUNT", std::to_string(kGapsAtOnce)});
    if (!reply) return reply.error();
    for (const Reply& entry : reply->items) {
      if (entry.items.size() == 2 && entry.items[1].items.size() == 2) records.push_back(entry.items[1].items[1].text);
    }
    if (reply->items.size() < kGapsAtOnce) return records;
    from = "(" + reply->items.back().items.at(0).text;
  }
}

Result<std::uint64_t> Gaps::remove_if(const std::function<bool(std::string_view sealed)>& take) {
  std::uint64_t removed = 0;
  std::string from = "-";
  for (;;) {
    const auto reply = redis_.command({"XRANGE", keys::gaps(), from, "+", "COUNT", std::to_string(kGapsAtOnce)});
    if (!reply) return reply.error();
    Args ids{"XDEL", keys::gaps()};
    for (const Reply& entry : reply->items) {
      if (entry.items.size() != 2 || entry.items[1].items.size() != 2) continue;
      if (take(entry.items[1].items[1].text)) ids.push_back(entry.items[0].text);
    }
    if (ids.size() > 2) {
      const auto deleted = redis_.command(ids);
      if (!deleted) return deleted.error();
      removed += static_cast<std::uint64_t>(deleted->integer);
    }
    if (reply->items.size() < kGapsAtOnce) return removed;
    from = "(" + reply->items.back().items.at(0).text;
  }
}

}  // namespace kairan::store
