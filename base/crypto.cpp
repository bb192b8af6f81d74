#include "base/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <cstdlib>
#include <memory>
#include <utility>

namespace kairan {
namespace {

constexpr std::size_t kNonceBytes = 12;  // NIST SP 800-38D: 96 bits, the length GCM is defined for directly
constexpr std::size_t kTagBytes = 16;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* ctx) const { EVP_CIPHER_CTX_free(ctx); }
};

/// One context per thread, reset at each use: making one costs more than sealing a message.
EVP_CIPHER_CTX* cipher_context() {
  thread_local std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  if (!context) std::abort();
  EVP_CIPHER_CTX_reset(context.get());
  return context.get();
}

/// Fetched once: an implicit fetch at every use takes a global lock in OpenSSL 3.0.
const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Sha256 sha256(std::string_view data) {
  Sha256 digest{};
  SHA256(raw(data), data.size(), digest.data());
  return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view data) {
  Sha256 digest{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(data), data.size(), digest.data(), &length) ==
          nullptr ||
      length != digest.size()) {
    std::abort();
  }
  return digest;
}

std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data) {
  std::array<std::uint8_t, 20> digest{};
  unsigned int length = 0;
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), raw(data), data.size(), digest.data(), &length) ==
          nullptr ||
      length != digest.size()) {
    std::abort();
  }
  return digest;
}

std::string to_hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

Result<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return Error{ErrorCode::kSyntax, "odd number of hex digits"};
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return Error{ErrorCode::kSyntax, "not a hex digit"};
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(raw(text), raw(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(raw(bytes), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

Sealer::Sealer(Secret key) : key_(std::move(key)) {
  if (key_.size() != kKeyBytes) std::abort();
}

std::string Sealer::seal(std::string_view plain, std::string_view context) const {
  std::string sealed = random_bytes(kNonceBytes);
  sealed.resize(kNonceBytes + plain.size() + kTagBytes);
  EVP_CIPHER_CTX* const ctx = cipher_context();
  int length = 0;
  const bool ok =
      EVP_EncryptInit_ex(ctx, aes_256_gcm(), nullptr, raw(key_.reveal()), raw(sealed)) == 1 &&
      EVP_EncryptUpdate(ctx, nullptr, &length, raw(context), static_cast<int>(context.size())) == 1 &&
      EVP_EncryptUpdate(ctx, raw(sealed) + kNonceBytes, &length, raw(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(ctx, raw(sealed) + kNonceBytes + plain.size(), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, kTagBytes, raw(sealed) + kNonceBytes + plain.size()) == 1;
  if (!ok) std::abort();
  return sealed;
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view context) const {
  if (sealed.size() < kOverheadBytes) return Error{ErrorCode::kCorrupt, "sealed bytes are too short"};
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kOverheadBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(body.size(), '\0');
  EVP_CIPHER_CTX* const ctx = cipher_context();
  int length = 0;
  const bool ok =
      EVP_DecryptInit_ex(ctx, aes_256_gcm(), nullptr, raw(key_.reveal()), raw(sealed)) == 1 &&
      EVP_DecryptUpdate(ctx, nullptr, &length, raw(context), static_cast<int>(context.size())) == 1 &&
      EVP_DecryptUpdate(ctx, raw(plain), &length, raw(body), static_cast<int>(body.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, kTagBytes, raw(tag)) == 1 &&
      EVP_DecryptFinal_ex(ctx, raw(plain) + plain.size(), &length) == 1;
  if (!ok) return Error{ErrorCode::kCorrupt, "sealed bytes do not open with this key"};
  return plain;
}

std::string Sealer::pseudonym(std::string_view id) const {
  std::string message("log\0", 4);
  message.append(id);
  return to_hex(bytes_of(hmac_sha256(key_.reveal(), message)).substr(0, 8));
}

}  // namespace kairan
