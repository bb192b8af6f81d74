#include "base/tabular/encoding.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace kairan {
namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

/// Microsoft's table of Shift_JIS: 0x8160 is the wave that Windows shows.
constexpr const char* kCp932 = "ibm-943_P15A-2003";

Converter open_converter(const char* name) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(name, &status));
  if (U_FAILURE(status)) return nullptr;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  return converter;
}

int line_of(std::string_view bytes, std::size_t offset) {
  return 1 + static_cast<int>(std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

/// How many bytes from the start are UTF-8.
std::size_t valid_utf8_bytes(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    auto index = static_cast<std::int32_t>(0);
    const std::string_view rest = bytes.substr(at, 4);
    UChar32 c = 0;
    U8_NEXT(rest.data(), index, static_cast<std::int32_t>(rest.size()), c);
    if (c < 0) return at;
    at += static_cast<std::size_t>(index);
  }
  return at;
}

/// @param read  how many bytes were read before the failure
bool convert(std::string_view bytes, const char* name, std::string& out, std::size_t& read) {
  const Converter converter = open_converter(name);
  if (!converter) return false;
  std::vector<UChar> units(bytes.size() + 1);
  UErrorCode status = U_ZERO_ERROR;
  const char* source = bytes.data();
  UChar* target = units.data();
  ucnv_toUnicode(converter.get(), &target, units.data() + units.size(), &source, bytes.data() + bytes.size(), nullptr, 1,
                 &status);
  read = static_cast<std::size_t>(source - bytes.data());
  if (U_FAILURE(status)) return false;
  const icu::UnicodeString unicode(units.data(), static_cast<std::int32_t>(target - units.data()));
  out.clear();
  unicode.toUTF8String(out);
  return true;
}

}  // namespace

Result<std::string> decode_text(std::string_view bytes, DecodeFailure& failure) {
  const auto refuse = [&](std::size_t offset, const char* encoding) {
    failure = {line_of(bytes, std::min(offset, bytes.size())), encoding};
    return Error{ErrorCode::kSyntax, std::string("not ") + encoding};
  };
  std::string text;
  std::size_t read = 0;
  if (bytes.substr(0, 2) == "\xFF\xFE" || bytes.substr(0, 2) == "\xFE\xFF") {
    const char* const name = bytes[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE";
    if (!convert(bytes.substr(2), name, text, read)) return refuse(read, "UTF-16");
  } else {
    const bool marked = bytes.substr(0, 3) == "\xEF\xBB\xBF";
    const std::string_view body = marked ? bytes.substr(3) : bytes;
    const std::size_t valid = valid_utf8_bytes(body);
    if (valid == body.size()) {
      text = std::string(body);
    } else if (marked || !convert(body, kCp932, text, read)) {
      // The encoding that reads further is the one it was meant to be.
      return marked || valid >= read ? refuse(valid, "UTF-8") : refuse(read, "CP932");
    }
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string::npos) return refuse(std::min(nul, bytes.size()), "text");
  return text;
}

std::string encode_cp932(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  const Converter converter(ucnv_open(kCp932, &status));
  if (U_FAILURE(status)) return {};
  ucnv_setSubstChars(converter.get(), "?", 1, &status);
  const icu::UnicodeString unicode =
      icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  std::string out(static_cast<std::size_t>(unicode.length()) * 3 + 4, '\0');
  status = U_ZERO_ERROR;
  const std::int32_t length = ucnv_fromUChars(converter.get(), out.data(), static_cast<std::int32_t>(out.size()),
                                              unicode.getBuffer(), unicode.length(), &status);
  out.resize(U_FAILURE(status) ? 0 : static_cast<std::size_t>(length));
  return out;
}

}  // namespace kairan
