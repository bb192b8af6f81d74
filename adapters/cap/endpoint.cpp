#include "adapters/cap/endpoint.h"

#include <utility>

#include "base/crypto.h"

namespace kairan::adapters::cap {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kSignature = "sha256=";

bool proven(const gateway::HttpRequest& request, std::string_view secret) {
  if (secret.empty()) return false;
  if (request.header_count("authorization") == 1) {
    const std::string_view given = request.header("authorization");
    if (given.substr(0, kBearer.size()) != kBearer) return false;
    // Compared as digests, so that not even the length of the secret shows.
    return constant_time_equal(bytes_of(sha256(given.substr(kBearer.size()))), bytes_of(sha256(secret)));
  }
  if (request.header_count("x-kairan-signature") == 1) {
    const std::string_view given = request.header("x-kairan-signature");
    if (given.substr(0, kSignature.size()) != kSignature) return false;
    return constant_time_equal(given.substr(kSignature.size()), to_hex(bytes_of(hmac_sha256(secret, request.body))));
  }
  return false;
}

gateway::HttpResponse answer(int status, std::string text) {
  gateway::HttpResponse response;
  response.status = status;
  response.body = std::move(text);
  response.close = status != 200;
  return response;
}

}  // namespace

gateway::Route cap_route(Secret secret, TakeMessage take) {
  gateway::Route route;
  route.method = "POST";
  route.path = "/webhook/cap";
  route.max_body_bytes = kMaxMessageBytes;
  route.handler = [secret = std::move(secret), take = std::move(take)](const gateway::HttpRequest& request) {
    if (!proven(request, secret.reveal())) return answer(401, "unauthorized\n");
    const Status taken = take(request.body);
    if (taken) return answer(200, "taken\n");
    switch (taken.error().code) {
      case ErrorCode::kInvalid:
      case ErrorCode::kSyntax:
        return answer(400, "not a message: " + taken.error().detail + "\n");
      case ErrorCode::kTooLarge:
        return answer(413, "too large\n");
      default:
        return answer(503, "try again\n");
    }
  };
  return route;
}

}  // namespace kairan::adapters::cap
