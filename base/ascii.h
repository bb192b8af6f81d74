// Small questions about single ASCII characters. Pure; any thread.
#pragma once

namespace kairan {

inline constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace kairan
