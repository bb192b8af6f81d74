#include "gateway/console_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace kairan::gateway {
namespace {

constexpr std::size_t kAssetMaxBytes = std::size_t{8} << 20;
/// The hash is that of nothing: a style element must be empty, as the calendar's is, which is filled by script that may run anyway.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view kNotBuilt =
    "<!doctype html><html lang=\"ja\"><meta "
    "charset=\"utf-8\"><title>回覧</title><body><h1>管理画面はまだ組み立てられていません</h1>"
    "<p>この機械で次を実行し、この画面を読み直してください。</p><pre>cd console\nnpm ci\nnpm run build</pre>"
    "<p>別の場所に置いたときは、設定 console.files にそのフォルダーを書いてください。</p></body></html>";

struct Type {
  std::string_view ending, type;
};
constexpr std::array kTypes{Type{".html", "text/html; charset=utf-8"},
                            Type{".js", "text/javascript; charset=utf-8"},
                            Type{".css", "text/css; charset=utf-8"},
                            Type{".svg", "image/svg+xml"},
                            Type{".png", "image/png"},
                            Type{".ico", "image/x-icon"},
                            Type{".json", "application/json"},
                            Type{".webmanifest", "application/manifest+json"},
                            Type{".txt", "text/plain; charset=utf-8"},
                            Type{".woff2", "font/woff2"}};

/// Nothing for a kind of file that the console does not have.
std::optional<std::string_view> type_of(std::string_view path) {
  for (const Type& type : kTypes) {
    if (path.ends_with(type.ending)) return type.type;
  }
  return std::nullopt;
}

/// Plain names joined by slashes: no empty ones, none that begin with a dot.
bool is_plain_path(std::string_view path) {
  char before = '/';
  for (const char c : path) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!plain && !((c == '.' || c == '/') && before != '/')) return false;
    before = c;
  }
  return !path.empty() && before != '/';
}

std::optional<std::string> read(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error) || error) return std::nullopt;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kAssetMaxBytes) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size))) return std::nullopt;
  return bytes;
}

void add_headers(HttpResponse& response, bool forever) {
  response.headers.emplace_back("Cache-Control", forever ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("X-Frame-Options", "DENY");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  response.headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
}

HttpResponse file_response(int status, std::string_view type, std::string body) {
  HttpResponse response;
  response.status = status;
  response.content_type = type;
  response.body = std::move(body);
  add_headers(response, false);
  return response;
}

}  // namespace

std::vector<Route> ConsoleFiles::routes() const {
  return {{"GET", "/*", [this](const HttpRequest& request) { return serve(request); }}};
}

HttpResponse ConsoleFiles::serve(const HttpRequest& request) const {
  const std::string& path = request.rest;
  const bool of_api = path == "api" || path.starts_with("api/");
  const bool names_file = path.find('.') != std::string::npos;  // pages of the application have no dot
  if (of_api || (names_file && !is_plain_path(path)))
    return file_response(404, "text/plain; charset=utf-8", "not found\n");

  if (names_file) {
    const auto type = type_of(path);
    if (!type || folder_.empty()) return file_response(404, "text/plain; charset=utf-8", "not found\n");
    const bool takes_gzip = request.header("accept-encoding").find("gzip") != std::string_view::npos;
    auto packed = takes_gzip ? read(folder_ + "/" + path + ".gz") : std::nullopt;
    auto bytes = packed ? packed : read(folder_ + "/" + path);
    if (!bytes) return file_response(404, "text/plain; charset=utf-8", "not found\n");
    HttpResponse response;
    response.content_type = *type;
    response.body = *std::move(bytes);
    if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
    response.headers.emplace_back("Vary", "Accept-Encoding");
    add_headers(response, path.starts_with("assets/"));
    return response;
  }
  auto index = folder_.empty() ? std::nullopt : read(folder_ + "/index.html");
  if (!index) return file_response(503, "text/html; charset=utf-8", std::string(kNotBuilt));
  return file_response(200, "text/html; charset=utf-8", *std::move(index));
}

std::string ConsoleFiles::find_folder() {
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<std::filesystem::path> candidates;
  if (!error) {
    candidates = {executable / "console", executable / "../share/kairan/console", executable / "../../../console"};
  }
  candidates.emplace_back("build/console");
  for (const auto& candidate : candidates) {
    if (std::filesystem::is_regular_file(candidate / "index.html", error))
      return std::filesystem::absolute(candidate, error).lexically_normal().string();
  }
  return {};
}

}  // namespace kairan::gateway
