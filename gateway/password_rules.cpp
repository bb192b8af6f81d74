#include "gateway/password_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace kairan::gateway {
namespace {

/// Words that lists of stolen passwords and the keyboard suggest first; a password that is one of them, or one of them with
/// digits and signs around it, is refused.
constexpr std::array kCommon{
    "password",     "passw0rd",    "passwordpassword", "qwertyuiop",   "qwertyuiopasdf", "asdfghjkl",  "asdfghjklzxc", "zxcvbnm",
    "1qaz2wsx",     "1q2w3e4r",    "1q2w3e4r5t6y",     "qazwsxedc",    "abcdefghijkl",   "iloveyou",   "letmein",      "welcome",
    "administrator", "admin",      "kairan",           "kairankairan", "changeme",       "changemenow", "sunshine",    "princess",
    "football",     "baseball",    "superman",         "trustno1",     "dragon",         "monkey",     "master",       "shadow",
    "sakura",       "doraemon",    "pokemon",          "nippon",       "japan",          "tokyo",      "kashima",      "yakusho",
    "shiyakusho",   "koushin",     "himitsu",          "takarazuka",   "arashi",         "aiueo",      "aiueokakikukeko", "abc"};

std::string letters_of(std::string_view text) {
  const auto digit_or_sign = [](char c) { return !((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80); };
  while (!text.empty() && digit_or_sign(text.front())) text.remove_prefix(1);
  while (!text.empty() && digit_or_sign(text.back())) text.remove_suffix(1);
  return std::string(text);
}

/// Each character one above, one below or equal to the one before: 123456789012, aaaaaaaaaaaa, abcdefghijkl.
bool is_run(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = static_cast<unsigned char>(text[i]) - static_cast<unsigned char>(text[i - 1]);
    const bool wraps = text[i - 1] == '9' && text[i] == '0';
    if ((step < -1 || step > 1) && !wraps) return false;
  }
  return true;
}

}  // namespace

StaffText password_problem(const Secret& password, std::string_view account) {
  const std::string_view text = password.reveal();
  if (text.size() > kPasswordMostBytes) {
    return {"パスワードが長すぎます。256バイト以内にしてください。", "The password is too long. 256 bytes at most."};
  }
  if (!is_valid_utf8(text)) {
    return {"パスワードに読み取れない文字があります。", "The password has characters that cannot be read."};
  }
  if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; })) {
    return {"パスワードに改行や制御文字は使えません。", "A password has no line breaks or control characters."};
  }
  if (length_graphemes(text) < kPasswordLeastCharacters) {
    return {"パスワードが短すぎます。12文字以上にしてください。意味のつながらない単語を4つ並べると覚えやすくなります。",
            "The password is too short. 12 characters at least. Four unrelated words are easy to remember."};
  }
  const std::string folded = fold(text);
  if (std::set<char>(folded.begin(), folded.end()).size() < 5 || is_run(folded)) {
    return {"同じ文字や続き番号ばかりのパスワードは使えません。",
            "A password cannot be only repeated characters or a run of numbers."};
  }
  const std::string letters = letters_of(folded);
  if (std::any_of(kCommon.begin(), kCommon.end(),
                  [&](std::string_view common) { return folded == common || letters == common; })) {
    return {"よく使われるパスワードなので、すぐに破られます。ほかのものにしてください。",
            "This password is a common one and soon guessed. Choose another."};
  }
  if (account.size() >= 3 && folded.find(fold(account)) != std::string::npos) {
    return {"パスワードにアカウントの名前を含めることはできません。",
            "A password cannot have the account's name in it."};
  }
  return {};
}

}  // namespace kairan::gateway
