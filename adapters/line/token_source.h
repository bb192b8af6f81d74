// The channel access token that LINE's API calls carry: one given by the operator, or a stateless one issued from the
// channel's id and secret (channel-access-token.yml, POST /oauth2/v3/token; 15 minutes, any number of them) and renewed
// before it expires.
// Threads: any. However many callers come at once, one of them renews; the others go on with the old token while it
// lives, and wait for the new one when it does not.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "adapters/http_client.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

namespace kairan::adapters::line {

class TokenSource {
 public:
  struct Options {
    Secret access_token;          ///< used as it is when not empty
    std::string channel_id;       ///< for issuing
    std::vector<Secret> secrets;  ///< for issuing; the next one is tried when LINE refuses one
  };
  /// Does one HTTP exchange with LINE's API host.
  using Exchange = std::function<Result<HttpReply>(const HttpCall&)>;

  static constexpr std::chrono::seconds kRenewBefore{120};  ///< of 900 s of life
  static constexpr std::chrono::seconds kPauseAfterFailure{5};

  /// @param clock  outlives this
  TokenSource(Options options, Exchange exchange, const Clock& clock);
  ~TokenSource();
  TokenSource(const TokenSource&) = delete;
  TokenSource& operator=(const TokenSource&) = delete;

  /// The token to use now.
  /// @return kInvalid when neither a token nor id and secret are configured; kRefused when LINE refuses to issue one;
  ///         kUnavailable or kTimeout when it could not be asked in time. After a failure nothing is asked for 5 s.
  Result<Secret> token(std::chrono::milliseconds timeout);

  /// LINE answered 401 to `used`: it is not lent again. @return whether another token can be had, that is, whether
  /// tokens are issued here.
  bool reject(const Secret& used);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairan::adapters::line
