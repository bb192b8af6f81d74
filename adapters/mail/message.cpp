#include "adapters/mail/message.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/civil_time.h"
#include "base/crypto.h"

namespace kairan::adapters::mail {
namespace {

constexpr std::size_t kLine = 76;           // RFC 2045 6.8
constexpr std::size_t kWordBytes = 39;      // 52 of base64: with the frame around it under the 75 of RFC 2047 2

std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  return line;
}

/// Encoded words, none of which cuts a character.
std::string encoded_words(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    std::size_t length = std::min(kWordBytes, text.size());
    while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    if (length == 0) length = std::min(kWordBytes, text.size());
    words += (words.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + to_base64(text.substr(0, length)) + "?=");
    text.remove_prefix(length);
  }
  return words;
}

std::string wrapped(const std::string& base64) {
  std::string lines;
  for (std::size_t at = 0; at < base64.size(); at += kLine) lines += base64.substr(at, kLine) + "\r\n";
  return lines;
}

std::string date_header(TimePoint now) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Date date = jst_date(now);
  const int minute = jst_minute_of_day(now);
  const auto second = (to_unix_ms(now) / 1000) % 60;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0900", kDays.at(weekday_of(date)),
                static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
                static_cast<int>(date.year()), minute / 60, minute % 60, static_cast<int>(second));
  return text.data();
}

}  // namespace

bool is_mail_address(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == address.size() || address.size() > 254) return false;
  if (address.find('@', at + 1) != std::string_view::npos) return false;
  return std::all_of(address.begin(), address.end(), [](char c) {
    return c > ' ' && c < 0x7f && std::string_view("<>()[],;:\\\"").find(c) == std::string_view::npos;
  });
}

std::string mail_bytes(const Mail& mail, TimePoint now) {
  std::string to;
  for (const std::string& address : mail.to) to += (to.empty() ? "" : ",\r\n ") + one_line(address);
  const std::string from = one_line(mail.from);
  const std::string domain = from.substr(std::min(from.find('@'), from.size() - 1) + 1);
  return "Date: " + date_header(now) + "\r\nFrom: " + from + "\r\nTo: " + to + "\r\nSubject: " +
         encoded_words(one_line(mail.subject)) + "\r\nMessage-ID: <" + one_line(mail.message_id) + "@" + domain +
         ">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n"
         "Auto-Submitted: auto-generated\r\n\r\n" +
         wrapped(to_base64(mail.text));
}

}  // namespace kairan::adapters::mail
