#include "store/rate_line.h"

#include <charconv>

#include "store/keys.h"
#include "store/scripts.h"

namespace kairan::store {
namespace {

std::chrono::microseconds micros_of(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::chrono::microseconds(value);
}

}  // namespace

Result<LinePlaces> RateLine::lease(std::chrono::microseconds distance, std::size_t wanted,
                                   std::chrono::microseconds soonest, std::chrono::microseconds ahead) {
  const auto reply = redis_.eval(scripts::rate_lease(), {keys::rate_line(name_)},
                                 {std::to_string(distance.count()), std::to_string(wanted),
                                  std::to_string(soonest.count()), std::to_string(ahead.count())});
  if (!reply) return reply.error();
  if (reply->items.size() != 3) return Error{ErrorCode::kInternal, "rate: the script answered something else"};
  return LinePlaces{micros_of(reply->items[0].text), micros_of(reply->items[1].text),
                    static_cast<std::size_t>(reply->items[2].integer)};
}

}  // namespace kairan::store
