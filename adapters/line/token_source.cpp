#include "adapters/line/token_source.h"

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "adapters/line/errors.h"
#include "base/bounded_json.h"
#include "base/crypto.h"
#include "base/text.h"

namespace kairan::adapters::line {
namespace {

struct Issued {
  Secret token;
  std::chrono::seconds life{0};
};

std::string form_encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4]);
      out.push_back(kHex[byte & 15]);
    }
  }
  return out;
}

Result<Issued> read_issued(const HttpReply& reply) {
  if (reply.status == 400 || reply.status == 401) return Error{ErrorCode::kRefused, "LINE refuses channel id or secret"};
  if (reply.status != 200) return error_of(reply);
  const auto json = parse_json(reply.body, JsonLimits{64 * 1024, 8});
  if (!json) return json.error();
  Issued issued{Secret(json_text(*json, "access_token")), {}};
  const nlohmann::json* life = json_member(*json, "expires_in");
  if (issued.token.empty() || life == nullptr || !life->is_number_integer()) {
    return Error{ErrorCode::kSyntax, "the answer holds no token"};
  }
  issued.life = std::chrono::seconds(life->get<std::int64_t>());
  return issued;
}

}  // namespace

class TokenSource::Impl {
 public:
  Impl(Options options, Exchange exchange, const Clock& clock)
      : options_(std::move(options)), exchange_(std::move(exchange)), clock_(clock) {
    // A file usually ends with a line break, which must not get into a header.
    options_.access_token = Secret(std::string(trim(options_.access_token.reveal())));
  }

  Result<Secret> token(std::chrono::milliseconds timeout) {
    if (!options_.access_token.empty()) return options_.access_token;
    if (!issues()) return Error{ErrorCode::kInvalid, "neither an access token nor channel id and secret are configured"};
    std::unique_lock lock(mutex_);
    const auto give_up = std::chrono::steady_clock::now() + timeout;
    while (true) {
      const SteadyPoint now = clock_.steady_now();
      if (usable(now) && (renewing_ || now < renew_at_)) return token_;
      if (!renewing_) {
        if (failure_ && now < failed_until_) return usable(now) ? Result<Secret>(token_) : Result<Secret>(*failure_);
        return renew(lock, timeout);
      }
      if (renewed_.wait_until(lock, give_up) == std::cv_status::timeout) {
        return Error{ErrorCode::kUnavailable, "no access token in time"};
      }
    }
  }

  bool reject(const Secret& used) {
    if (!options_.access_token.empty() || !issues()) return false;
    std::lock_guard lock(mutex_);
    if (constant_time_equal(used.reveal(), token_.reveal())) token_ = Secret();
    return true;
  }

 private:
  bool issues() const { return !options_.channel_id.empty() && !options_.secrets.empty(); }
  bool usable(SteadyPoint now) const { return !token_.empty() && now < expires_at_; }

  /// Asks LINE without holding the lock; the caller becomes the one that renews.
  Result<Secret> renew(std::unique_lock<std::mutex>& lock, std::chrono::milliseconds timeout) {
    renewing_ = true;
    lock.unlock();
    auto issued = issue(timeout);
    lock.lock();
    renewing_ = false;
    const SteadyPoint now = clock_.steady_now();
    renewed_.notify_all();
    if (!issued) {
      failure_ = issued.error().within("access token");
      failed_until_ = now + kPauseAfterFailure;
      return usable(now) ? Result<Secret>(token_) : Result<Secret>(*failure_);
    }
    failure_.reset();
    token_ = issued->token;
    expires_at_ = now + issued->life;
    // A life shorter than the margin is used for half of it.
    renew_at_ = issued->life > 2 * kRenewBefore ? expires_at_ - kRenewBefore : now + issued->life / 2;
    return token_;
  }

  Result<Issued> issue(std::chrono::milliseconds timeout) {
    Result<Issued> last = Error{ErrorCode::kInvalid, "no channel secret"};
    for (const Secret& secret : options_.secrets) {
      HttpCall call;
      call.method = "POST";
      call.path = "/oauth2/v3/token";
      call.content_type = "application/x-www-form-urlencoded";
      call.timeout = timeout;
      call.max_response_bytes = 64 * 1024;
      call.body = "grant_type=client_credentials&client_id=" + form_encoded(options_.channel_id) +
                  "&client_secret=" + form_encoded(secret.reveal());
      auto reply = exchange_(call);
      if (!reply) return reply.error();
      last = read_issued(*reply);
      if (last || last.error().code != ErrorCode::kRefused) return last;
    }
    return last;
  }

  Options options_;
  const Exchange exchange_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable renewed_;
  // Guarded by mutex_:
  Secret token_;
  SteadyPoint expires_at_{};
  SteadyPoint renew_at_{};
  bool renewing_ = false;
  std::optional<Error> failure_;
  SteadyPoint failed_until_{};
};

TokenSource::TokenSource(Options options, Exchange exchange, const Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(exchange), clock)) {}
TokenSource::~TokenSource() = default;
Result<Secret> TokenSource::token(std::chrono::milliseconds timeout) { return impl_->token(timeout); }
bool TokenSource::reject(const Secret& used) { return impl_->reject(used); }

}  // namespace kairan::adapters::line
