#include "adapters/line/signature.h"

#include "base/crypto.h"

namespace kairan::adapters::line {

std::string sign_body(std::string_view channel_secret, std::string_view body) {
  return to_base64(bytes_of(hmac_sha256(channel_secret, body)));
}

bool signature_matches(const std::vector<Secret>& secrets, std::string_view body, std::string_view signature) {
  bool matches = false;
  for (const Secret& secret : secrets) {
    if (secret.empty()) continue;
    // Ours is encoded and theirs compared as text: decoders accept careless padding (dependencies 6).
    const bool same = constant_time_equal(sign_body(secret.reveal(), body), signature);
    matches = matches || same;
  }
  return matches;
}

}  // namespace kairan::adapters::line
