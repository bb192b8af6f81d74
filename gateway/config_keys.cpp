#include "gateway/config_keys.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/crypto.h"
#include "gateway/http_server.h"

namespace kairan::gateway {
namespace {

using KeyKind = ConfigKey::Kind;

bool has_blank_or_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
}

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

/// Host of "scheme://host[:port][/...]", brackets of an IPv6 address removed.
std::string_view host_of(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  std::string_view rest = url.substr(begin, url.find('/', begin) - begin);
  if (rest.starts_with("[")) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find(':'));
}

/// A web address without user, query and fragment; a slash at its end is taken off.
Problem web_address(std::string value, bool plain_http_anywhere, bool path, std::string& out) {
  if (value.empty()) {
    out.clear();
    return {};
  }
  const bool https = value.starts_with("https://");
  const bool http = value.starts_with("http://");
  while (!value.empty() && value.back() == '/') value.pop_back();
  const bool well_formed = (https || http) && value.find("://") != std::string::npos && !host_of(value).empty() &&
                           !has_blank_or_control(value) && value.find_first_of("@?#\"<>\\") == std::string::npos &&
                           (path || value.find('/', value.find("://") + 3) == std::string::npos);
  if (!well_formed) return "正しいアドレスではありません。https://city.example.jp のように書いてください。";
  if (http && !plain_http_anywhere && !is_loopback_host(host_of(value))) {
    return "http:// はこの機械の中（127.0.0.1）だけで使えます。https:// で始まるアドレスを書いてください。";
  }
  out = std::move(value);
  return {};
}

Problem listen_address(const std::string& value, ListenAddress& out) {
  auto parsed = parse_listen(value);
  if (!parsed)
    return "「アドレス:ポート」の形ではありません。127.0.0.1:8080 のように書いてください（ポートは 0 から 65535）。";
  out.host = parsed->first;
  out.port = parsed->second;
  return {};
}

template <typename Number>
Problem whole_number(const std::string& value, std::uint64_t least, std::uint64_t most, Number& out) {
  std::uint64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc{} || stop != end || number < least || number > most) {
    return std::to_string(least) + " から " + std::to_string(most) + " までの整数を書いてください。";
  }
  out = Number(number);
  return {};
}

Problem redis_address(const std::string& value, bool from_file, std::string& out) {
  const std::string fix =
      "unix:///フォルダ/redis.sock か redis://127.0.0.1:6379/0 のように書くか、空にしてください（内蔵）。";
  if (value.empty()) {
    out.clear();
    return {};
  }
  if (value.starts_with("unix:///") && value.size() > 8 && !has_blank_or_control(value)) {
    out = value;
    return {};
  }
  if (!value.starts_with("redis://") || has_blank_or_control(value)) return "Redis のアドレスではありません。" + fix;
  const std::size_t at = value.rfind('@');
  if (at != std::string::npos && from_file) {
    return "パスワードの入ったアドレスは設定ファイルに書けません。環境変数 KAIRAN_REDIS_URL で渡してください。";
  }
  std::string place = value.substr(at == std::string::npos ? 8 : at + 1);
  if (const std::size_t slash = place.find('/'); slash != std::string::npos) {
    const std::string database = place.substr(slash + 1);
    if (!std::all_of(database.begin(), database.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      return "データベースの番号が数ではありません。" + fix;
    }
    place.erase(slash);
  }
  if (!parse_listen(place)) return "ホストとポートが読み取れません。" + fix;
  out = value;
  return {};
}

Problem secret_text(const std::string& value, Secret& out) {
  if (has_blank_or_control(value)) return "空白や制御文字が入っています。発行された値だけを渡してください。";
  out = Secret(value);
  return {};
}

Problem channel_secrets(const std::string& value, std::vector<Secret>& out) {
  out.clear();
  std::size_t begin = 0;
  for (;;) {
    const std::size_t comma = std::min(value.find(',', begin), value.size());
    Secret one;
    const std::string part = value.substr(begin, comma - begin);
    if (part.empty()) return "空の値があります。1つ、または切り替え中の2つをカンマで区切って渡してください。";
    if (Problem problem = secret_text(part, one)) return problem;
    out.push_back(std::move(one));
    if (comma == value.size()) break;
    begin = comma + 1;
  }
  if (out.size() > 2) return "3つ以上あります。渡せるのは1つ、または切り替え中の2つまでです。";
  return {};
}

Problem sealing_key(const std::string& value, Secret& out) {
  auto bytes = from_hex(value);
  if (!bytes || bytes->size() != Sealer::kKeyBytes) {
    return "16進数64桁（32バイト）ではありません。openssl rand -hex 32 の出力を渡してください。";
  }
  out = Secret(std::move(bytes).value());
  return {};
}

Problem folder(const std::string& value, std::string& out) {
  if (value.find('\0') != std::string::npos) return "フォルダ名に使えない文字があります。";
  out = value;
  return {};
}

Problem yes_no(const std::string& value, bool& out) {
  if (value != "true" && value != "false") return "true か false を書いてください。";
  out = value == "true";
  return {};
}

/// Several addresses, separated by commas.
Problem feed_addresses(const std::string& value, std::string& out) {
  std::size_t from = 0;
  while (from <= value.size()) {
    const std::size_t comma = std::min(value.find(',', from), value.size());
    std::string one;
    if (const Problem wrong = web_address(value.substr(from, comma - from), false, true, one)) return wrong;
    from = comma + 1;
  }
  out = value;
  return {};
}

/// Texts between commas; blanks around them do not count.
Problem list_of(const std::string& value, std::vector<std::string>& out, bool (*fits)(std::string_view), const char* fix) {
  out.clear();
  for (std::size_t begin = 0; begin < value.size();) {
    const std::size_t comma = std::min(value.find(',', begin), value.size());
    std::string_view part = std::string_view(value).substr(begin, comma - begin);
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    while (!part.empty() && part.back() == ' ') part.remove_suffix(1);
    if (!fits(part)) return fix;
    out.emplace_back(part);
    begin = comma + 1;
  }
  return {};
}

bool is_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() && !has_blank_or_control(text) &&
         text.find_first_of("<>,;\"") == std::string_view::npos;
}
bool is_line_id(std::string_view text) {
  return text.size() == 33 && (text[0] == 'U' || text[0] == 'C') &&
         text.find_first_not_of("0123456789abcdef", 1) == std::string_view::npos;
}

constexpr const char* kMailFix = "メールアドレスを、カンマで区切って書いてください（例 koho@example.jp,bousai@example.jp）。";

Problem log_level(const std::string& value, log::Level& out) {
  static const std::map<std::string, log::Level> kLevels{{"debug", log::Level::kDebug},
                                                         {"info", log::Level::kInfo},
                                                         {"warn", log::Level::kWarn},
                                                         {"error", log::Level::kError}};
  const auto it = kLevels.find(value);
  if (it == kLevels.end()) return "debug、info、warn、error のどれかを書いてください。";
  out = it->second;
  return {};
}

std::vector<ConfigKey> make_keys() {
  std::vector<ConfigKey> keys;
  const auto plain = [&](std::string name, auto apply, bool may_be_empty = false) {
    keys.push_back({std::move(name), KeyKind::kPlain, may_be_empty,
                    [apply](Config& c, const std::string& v, bool) -> Problem { return apply(c, v); }});
  };
  const auto secret = [&](std::string name, auto apply) {
    keys.push_back({std::move(name), KeyKind::kSecret, false,
                    [apply](Config& c, const std::string& v, bool) -> Problem { return apply(c, v); }});
  };
  using Text = const std::string&;

  plain("public.listen", [](Config& c, Text v) { return listen_address(v, c.public_listen); });
  plain(
      "public.base_url", [](Config& c, Text v) { return web_address(v, false, true, c.public_base_url); }, true);
  plain("console.listen", [](Config& c, Text v) { return listen_address(v, c.console_listen); });
  plain(
      "console.files", [](Config& c, Text v) { return folder(v, c.console_files); }, true);
  plain("console.demo", [](Config& c, Text v) { return yes_no(v, c.console_demo); });
  keys.push_back({"redis.url", KeyKind::kPlain, true,
                  [](Config& c, Text v, bool from_file) { return redis_address(v, from_file, c.redis_url); }});
  plain("data_dir", [](Config& c, Text v) { return folder(v, c.data_dir); });
  plain("content", [](Config& c, Text v) { return folder(v, c.content); });
  plain(
      "line.channel_id",
      [](Config& c, Text v) -> Problem {
        if (!std::all_of(v.begin(), v.end(), [](char d) { return d >= '0' && d <= '9'; })) {
          return "数字ではありません。LINE Developers コンソールの「チャネルID」を書いてください。";
        }
        c.line_channel_id = v;
        return {};
      },
      true);
  plain("line.api_base", [](Config& c, Text v) { return web_address(v, false, false, c.line_api_base); });
  plain("line.data_api_base", [](Config& c, Text v) { return web_address(v, false, false, c.line_data_api_base); });
  plain(
      "forward.url", [](Config& c, Text v) { return web_address(v, true, true, c.forward_url); }, true);
  plain("jma.enabled", [](Config& c, Text v) { return yes_no(v, c.jma_enabled); });
  plain("jma.feed_url", [](Config& c, Text v) { return feed_addresses(v, c.jma_feed_url); });
  plain(
      "cap.folder", [](Config& c, Text v) { return folder(v, c.cap_folder); }, true);
  plain(
      "emergency.snapshot", [](Config& c, Text v) { return folder(v, c.emergency_snapshot); }, true);
  plain("reply.push_window_minutes", [](Config& c, Text v) { return whole_number(v, 0, 60, c.push_window); });
  plain(
      "staff.mail_from",
      [](Config& c, Text v) -> Problem {
        if (!v.empty() && !is_mail_address(v)) return "メールアドレスを1つ書いてください。";
        c.staff_mail_from = v;
        return {};
      },
      true);
  plain("staff.mail", [](Config& c, Text v) { return list_of(v, c.staff_mail, is_mail_address, kMailFix); }, true);
  plain(
      "staff.escalation_mail",
      [](Config& c, Text v) { return list_of(v, c.staff_escalation, is_mail_address, kMailFix); }, true);
  plain(
      "staff.line_group",
      [](Config& c, Text v) -> Problem {
        if (!v.empty() && (!is_line_id(v) || v[0] != 'C')) return "LINEのグループID（Cで始まる33文字）を書いてください。";
        c.staff_line_group = v;
        return {};
      },
      true);
  plain("staff.escalate_minutes", [](Config& c, Text v) { return whole_number(v, 1, 1440, c.escalate_after); });
  plain(
      "broadcast.test_recipients",
      [](Config& c, Text v) {
        return list_of(v, c.test_recipients, is_line_id, "LINEのユーザーID（Uで始まる33文字）を、カンマで区切って書いてください。");
      },
      true);
  plain("workers", [](Config& c, Text v) { return whole_number(v, 4, 1024, c.workers); });
  plain("senders", [](Config& c, Text v) { return whole_number(v, 1, 1024, c.senders); });
  plain("broadcast.rate", [](Config& c, Text v) { return whole_number(v, 0, 10000, c.broadcast_rate); });
  plain("broadcast.senders", [](Config& c, Text v) { return whole_number(v, 1, 256, c.broadcast_senders); });
  plain("spool.max_bytes", [](Config& c, Text v) { return whole_number(v, 1u << 20, 1ull << 40, c.spool_max_bytes); });
  plain("log.level", [](Config& c, Text v) { return log_level(v, c.log_level); });

  secret("line.channel_secret", [](Config& c, Text v) { return channel_secrets(v, c.line_channel_secrets); });
  secret("line.access_token", [](Config& c, Text v) { return secret_text(v, c.line_access_token); });
  secret("data_key", [](Config& c, Text v) { return sealing_key(v, c.data_key); });
  secret("smtp.url", [](Config& c, Text v) -> Problem {
    if (!v.starts_with("smtp://") && !v.starts_with("smtps://")) {
      return "smtp:// か smtps:// で始まるアドレスを渡してください。";
    }
    return secret_text(v, c.smtp_url);
  });
  secret("cap.secret", [](Config& c, Text v) -> Problem {
    if (v.size() < 16) return "短すぎます。16文字以上にしてください（openssl rand -hex 32 など）。";
    return secret_text(v, c.cap_secret);
  });
  secret("forward.secret", [](Config& c, Text v) { return secret_text(v, c.forward_secret); });
  return keys;
}

/// Levenshtein.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string ConfigKey::variable() const {
  std::string variable = "KAIRAN_";
  for (const char c : name) {
    variable += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return variable;
}

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> kKeys = make_keys();
  return kKeys;
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates,
                                   std::size_t max_distance) {
  std::optional<std::string> best;
  if (name.size() > 100) return best;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edits(name, candidate);
    if (distance > max_distance) continue;
    max_distance = distance == 0 ? 0 : distance - 1;
    best = candidate;
  }
  return best;
}

}  // namespace kairan::gateway
