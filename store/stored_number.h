// Numbers and times as the store holds them: decimal texts that were written by this program. Pure; any thread.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace kairan::store {

/// The number that the text begins with, such as 7 of a stream id's "7-0"; 0 when it begins with none.
template <typename Number>
Number stored_number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// A time as fields hold it: ms since 1970, decimal.
inline std::string time_field(TimePoint at) {
  return std::to_string(to_unix_ms(at));
}

/// What time_field() wrote; nothing when the text is no whole number.
inline std::optional<TimePoint> stored_time(std::string_view text) {
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return from_unix_ms(ms);
}

}  // namespace kairan::store
