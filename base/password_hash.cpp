#include "base/password_hash.h"

#include <argon2.h>

#include <cstdlib>

#include "base/crypto.h"

namespace kairan {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kMaxEncodedBytes = 256;

}  // namespace

std::string hash_password(const Secret& password) {
  const std::string salt = random_bytes(kSaltBytes);
  std::string encoded(argon2_encodedlen(kPasswordPasses, kPasswordMemoryKiB, 1, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int result = argon2id_hash_encoded(kPasswordPasses, kPasswordMemoryKiB, 1, password.reveal().data(), password.size(),
                                           salt.data(), salt.size(), kHashBytes, encoded.data(), encoded.size());
  if (result != ARGON2_OK) std::abort();  // no memory: nothing safe can follow
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool verify_password(const Secret& password, const std::string& encoded) {
  if (encoded.size() > kMaxEncodedBytes || encoded.find('\0') != std::string::npos) return false;
  return argon2id_verify(encoded.c_str(), password.reveal().data(), password.size()) == ARGON2_OK;
}

}  // namespace kairan
