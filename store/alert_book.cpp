#include "store/alert_book.h"

#include <charconv>

#include "store/keys.h"
#include "store/scripts.h"
#include "store/stored_number.h"

namespace kairan::store {
namespace {

constexpr std::string_view kBook = "book";
constexpr std::chrono::hours kTakenKept{72};

}  // namespace

Result<AlertBookPage> AlertBook::read() {
  const auto reply = redis_.command({"HMGET", keys::alerts(), std::string(kBook), std::string(kAlertsRestored)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->items.size() != 2) return Error{ErrorCode::kCorrupt, "the book of alerts is not readable"};
  AlertBookPage page;
  if (!reply->items[1].is_nil()) page.restored = from_unix_ms(stored_number<std::int64_t>(reply->items[1].text));
  if (reply->items[0].is_nil()) return page;
  const std::string& stored = reply->items[0].text;
  const std::size_t cut = stored.find(' ');
  if (cut == std::string::npos) return Error{ErrorCode::kCorrupt, "the book of alerts is not readable"};
  const auto read = std::from_chars(stored.data(), stored.data() + cut, page.revision);
  if (read.ec != std::errc() || read.ptr != stored.data() + cut) return Error{ErrorCode::kCorrupt, "the book of alerts is not readable"};
  page.document = stored.substr(cut + 1);
  return page;
}

Status AlertBook::write(const AlertBookPage& page) {
  if (page.document.empty()) return Error{ErrorCode::kInternal, "an empty book of alerts"};
  if (page.document.size() > kMaxBytes) return Error{ErrorCode::kTooLarge, "the book of alerts is too large"};
  const auto reply = redis_.eval(scripts::record_put(), {keys::alerts()}, {std::string(kBook), std::to_string(page.revision), page.document});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  if (reply->integer < 0) return Error{ErrorCode::kConflict, "somebody else has written the book of alerts meanwhile"};
  return {};
}

Result<bool> AlertBook::taken(std::string_view link) {
  const auto reply = redis_.command({"ZSCORE", keys::alerts_taken(), std::string(link)});
  if (!reply) return reply.error();
  if (reply->is_error()) return error_of(*reply);
  return !reply->is_nil();
}

Status AlertBook::take(std::string_view link, TimePoint now) {
  const auto replies = redis_.pipeline({{"ZADD", keys::alerts_taken(), std::to_string(to_unix_ms(now)), std::string(link)},
                                        {"ZREMRANGEBYSCORE", keys::alerts_taken(), "-inf", std::to_string(to_unix_ms(now - kTakenKept))}});
  if (!replies) return replies.error();
  for (const Reply& reply : *replies) {
    if (reply.is_error()) return error_of(reply);
  }
  return {};
}

}  // namespace kairan::store
