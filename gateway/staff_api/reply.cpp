#include "gateway/staff_api/reply.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/bounded_json.h"
#include "base/civil_time.h"
#include "base/log.h"

namespace kairan::gateway::staff {
namespace {

struct Entry {
  std::string_view code;
  int status;
  std::string_view title_ja, detail_ja, title_en, detail_en;
};

constexpr std::array kCatalogue{
    Entry{"invalid_json", 400, "読み取れない要求です", "JSONとして読めません。", "Unreadable request",
          "The body is not JSON."},
    Entry{"invalid", 422, "入力に誤りがあります", "印の付いた項目を直してください。", "Some fields are wrong",
          "Please correct the fields that are marked."},
    Entry{"unauthenticated", 401, "ログインしていません", "もう一度ログインしてください。", "Not signed in",
          "Please sign in again."},
    Entry{"login_failed", 401, "ログインできません", "アカウント名かパスワードが違います。", "Cannot sign in",
          "The account name or the password is wrong."},
    Entry{"second_factor_failed", 401, "確認コードが違います",
          "認証アプリに今出ている数字を入れてください。一度使ったコードは使えません。", "The code is wrong",
          "Enter the digits your application shows now. A code works once."},
    Entry{"login_delayed", 429, "少し待ってください", "続けて間違えたため、しばらくの間受け付けません。", "Please wait",
          "There were several wrong attempts in a row."},
    Entry{"csrf_failed", 403, "受け付けられません", "この画面を再読み込みしてから、もう一度お試しください。",
          "Not accepted", "Please reload this page and try again."},
    Entry{"not_allowed", 403, "権限がありません", "この操作ができる役割ではありません。", "Not allowed",
          "Your roles do not include this."},
    Entry{"password_change_required", 403, "パスワードの変更が必要です", "最初に自分のパスワードを決めてください。",
          "Change your password first", "Please choose a password of your own first."},
    Entry{"second_factor_required", 403, "二要素認証の設定が必要です",
          "この役割には二要素認証が必要です。先に設定してください。", "Set up the second factor first",
          "Your roles need a second factor."},
    Entry{"not_found", 404, "見つかりません", "削除されたか、アドレスが違います。", "Not found",
          "It was removed, or the address is wrong."},
    Entry{"method_not_allowed", 405, "この操作はできません", "このアドレスではできない操作です。", "Not possible here",
          "This address does not offer that method."},
    Entry{"conflict", 409, "今はできません", "状態が変わっています。画面を読み直してください。", "Not possible now",
          "The state has changed. Please reload."},
    Entry{"action_not_possible", 409, "今の状態ではできません", "状態が変わっています。画面を読み直してください。",
          "Not possible in this state", "The state has changed. Please reload."},
    Entry{"in_progress", 409, "処理中です", "同じ操作を処理しています。少し待ってから画面を読み直してください。",
          "Under way", "The same request is being worked on."},
    Entry{"content_has_errors", 409, "誤りがあるので公開できません", "表の誤りを直してください。", "It has errors",
          "Please correct the tables."},
    Entry{"tests_failed", 409, "答えの確認に失敗しています", "期待した答えと違うものがあります。", "Answer tests fail",
          "Some questions are not answered as expected."},
    Entry{"changed_meanwhile", 412, "ほかの人が先に変更しました",
          "今の内容を読み直してから、もう一度変更してください。", "Changed by somebody else",
          "Please reload and make your change again."},
    Entry{"too_large", 413, "大きすぎます", "送れる大きさを超えています。", "Too large", "It is over the limit."},
    Entry{"unsupported_media_type", 415, "この形式は受け付けません", "決められた形式で送ってください。",
          "Unsupported format", "Please send it in the format described."},
    Entry{"not_an_image", 415, "画像ではありません", "JPEGかPNGの画像を選んでください。", "Not an image",
          "Please choose a JPEG or PNG image."},
    Entry{"idempotency_key_invalid", 400, "読み取れない要求です", "Idempotency-Keyは英数字と-_の8〜64文字です。",
          "Bad Idempotency-Key", "Idempotency-Key is 8 to 64 of A-Z a-z 0-9 - _."},
    Entry{"idempotency_key_reused", 422, "同じ鍵で別の内容が送られました",
          "画面を読み直してから、もう一度お試しください。", "Idempotency-Key was used for something else",
          "Please reload and try again."},
    Entry{"revision_required", 428, "もとにした版がわかりません", "画面を読み直してから、もう一度お試しください。",
          "If-Match is missing", "Say which revision the change was made from."},
    Entry{"too_many_streams", 503, "今は自動で更新できません", "見ている人が多いため、数秒ごとに読み直します。",
          "No live updates now", "Too many are watching; please poll."},
    Entry{"busy", 503, "混み合っています", "少し待ってからもう一度お試しください。", "Busy",
          "Please try again in a moment."},
    Entry{"not_set_up", 503, "この機能は準備されていません", "運用担当に知らせてください。", "Not set up",
          "This part is not set up on this machine. Please tell your operator."},
    Entry{"store_unavailable", 503, "データの保管場所（Redis）につながりません",
          "復旧するまで閲覧も変更もできません。入力した内容はこの画面に残っています。自動で再接続します。",
          "The store does not answer", "Nothing can be changed until it is back. It is tried again by itself."},
    Entry{"internal", 500, "ゲートウェイの不具合です", "運用担当に知らせてください。", "A defect of the gateway",
          "Please tell your operator."},
};

const Entry& entry_of(std::string_view code) {
  const auto* it =
      std::find_if(kCatalogue.begin(), kCatalogue.end(), [&](const Entry& entry) { return entry.code == code; });
  return it == kCatalogue.end() ? kCatalogue.back() : *it;
}

Reply json_reply(int status, const nlohmann::json& body, std::optional<std::uint64_t> revision) {
  Reply reply;
  reply.status = status;
  reply.body = dump_json(body);
  if (revision) reply.headers.emplace_back("ETag", "\"" + std::to_string(*revision) + "\"");
  return reply;
}

std::string problem_body(const Refusal& refusal, Language language) {
  const Entry& entry = entry_of(refusal.code);
  const bool en = language == Language::kEn;
  nlohmann::json problem;
  problem["type"] = "about:blank";
  problem["title"] = en ? entry.title_en : entry.title_ja;
  problem["status"] = entry.status;
  problem["detail"] = refusal.detail.empty() ? std::string(en ? entry.detail_en : entry.detail_ja)
                                             : in_language(refusal.detail, language);
  problem["code"] = entry.code;
  for (const FieldError& error : refusal.errors) {
    problem["errors"].push_back({{"field", error.field}, {"message", in_language(error.message, language)}});
  }
  return dump_json(problem);
}

/// The weight of `language` in an Accept-Language header; 0 when it is not there.
double weight_of(std::string_view header, std::string_view language) {
  double best = 0;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    std::string_view part = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    while (!part.empty() && part.front() == ' ') part.remove_prefix(1);
    if (part.substr(0, language.size()) != language) continue;
    if (part.size() > language.size() && part[language.size()] != '-' && part[language.size()] != ';') continue;
    const std::size_t q = part.find(";q=");
    double weight = 1;
    if (q != std::string_view::npos) {
      weight = 0;
      double unit = 1;
      for (const char c : part.substr(q + 3, 5)) {
        if (c == '.') continue;
        if (c < '0' || c > '9') break;
        weight += (c - '0') * unit;
        unit /= 10;
      }
    }
    best = std::max(best, weight);
  }
  return best;
}

}  // namespace

Language language_of(const HttpRequest& request) {
  const std::string_view header = request.header("accept-language");
  return weight_of(header, "en") > weight_of(header, "ja") ? Language::kEn : Language::kJa;
}

Reply ok(const nlohmann::json& body, std::optional<std::uint64_t> revision) {
  return json_reply(200, body, revision);
}
Reply created(const nlohmann::json& body, std::optional<std::uint64_t> revision) {
  return json_reply(201, body, revision);
}

Reply no_content() {
  Reply reply;
  reply.status = 204;
  return reply;
}

Reply refuse(std::string_view code, StaffText detail, std::vector<FieldError> errors) {
  Reply reply;
  reply.refusal = Refusal{std::string(code), std::move(detail), std::move(errors), std::nullopt};
  return reply;
}

Reply refuse_quietly(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
      return refuse("store_unavailable");
    case ErrorCode::kNotFound:
      return refuse("not_found");
    case ErrorCode::kConflict:
      return refuse("conflict");
    default:
      log::error("staff_api.failed", {{"code", error_code_name(error.code)}, {"reason", error.detail}});
      return refuse("internal");
  }
}

Reply refuse_with_reason(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kSyntax:
      return refuse("invalid", told(error));
    case ErrorCode::kConflict:
      return refuse("conflict", told(error));
    case ErrorCode::kRefused:
      return refuse("not_allowed", told(error));
    case ErrorCode::kNotFound:
      return refuse("not_found", told(error));
    case ErrorCode::kTooLarge:
      return refuse("too_large", told(error));
    default:
      return refuse_quietly(error);
  }
}

int status_of(std::string_view code) {
  return entry_of(code).status;
}

std::vector<std::string_view> refusal_codes() {
  std::vector<std::string_view> codes;
  codes.reserve(kCatalogue.size());
  for (const Entry& entry : kCatalogue) codes.push_back(entry.code);
  return codes;
}

HttpResponse to_http(Reply reply, Language language) {
  HttpResponse response;
  if (reply.refusal) {
    response.status = status_of(reply.refusal->code);
    response.content_type = "application/problem+json; charset=utf-8";
    response.body = problem_body(*reply.refusal, language);
    if (reply.refusal->retry_after) {
      response.headers.emplace_back("Retry-After", std::to_string(reply.refusal->retry_after->count()));
    } else if (response.status == 503) {
      response.headers.emplace_back("Retry-After", "5");
    }
    response.headers.emplace_back("Content-Language", std::string(language_name(language)));
  } else {
    response.status = reply.status;
    response.content_type = reply.status == 204 ? std::string() : std::move(reply.content_type);
    response.body = std::move(reply.body);
    response.stream = std::move(reply.stream);
  }
  for (auto& header : reply.headers) response.headers.push_back(std::move(header));
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  return response;
}

std::string time_text(std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds> t) {
  return format_utc(t);
}

}  // namespace kairan::gateway::staff
