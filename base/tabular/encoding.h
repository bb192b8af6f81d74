// Bytes of a file from an office PC to UTF-8: UTF-8 with or without BOM, UTF-16 with BOM (Excel's "Unicode text"), else CP932.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace kairan {

struct DecodeFailure {
  int line = 0;               ///< from 1: where the first byte that cannot be read stands
  const char* encoding = "";  ///< what it was read as
};

/// @param failure  set when the result is an error
/// @return kSyntax when the bytes are in none of the encodings, or contain NUL
Result<std::string> decode_text(std::string_view bytes, DecodeFailure& failure);

/// UTF-8 to CP932, for files that Excel opens; characters it lacks become 「?」.
std::string encode_cp932(std::string_view text);

}  // namespace kairan
