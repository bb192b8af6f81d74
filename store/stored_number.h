// Numbers as the store holds them: decimal texts that were written by this program. Pure; any thread.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace kairan::store {

/// The number that the text begins with, such as 7 of a stream id's "7-0"; 0 when it begins with none.
template <typename Number>
Number stored_number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace kairan::store
