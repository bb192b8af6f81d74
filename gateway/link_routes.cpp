#include "gateway/link_routes.h"

#include <algorithm>

#include "base/log.h"

namespace kairan::gateway {
namespace {

bool is_code(std::string_view code) {
  return code.size() == 10 && std::all_of(code.begin(), code.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
         });
}

HttpResponse page(int status, std::string_view text) {
  HttpResponse response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
                  "content=\"width=device-width\"><title>お知らせ</title><p>" +
                  std::string(text) + "</p></html>";
  response.headers = {{"Cache-Control", "no-store"}, {"Content-Security-Policy", "default-src 'none'"}};
  return response;
}

}  // namespace

Route link_route(store::Links& links) {
  Route route;
  route.method = "GET";
  route.path = "/l/*";
  route.max_body_bytes = 0;
  route.handler = [&links](const HttpRequest& request) {
    if (!is_code(request.rest)) return page(404, "このリンクはありません。");
    const auto link = links.find(request.rest);
    if (!link) return page(503, "ただいま開けません。少し待って、もう一度お試しください。");
    // Written by our own service and checked there; looked at once more, since a browser acts on it.
    const bool safe = *link && (*link)->url.substr(0, 4) == "http" &&
                      std::all_of((*link)->url.begin(), (*link)->url.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!safe) return page(404, "このリンクはありません。");
    if (request.method == "GET") {
      if (const Status counted = links.count(**link, request.rest); !counted) {
        log::warn("link.not_counted", {{"broadcast", (*link)->broadcast}});
      }
    }
    HttpResponse response;
    response.status = 302;
    response.headers = {{"Location", (*link)->url}, {"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}};
    return response;
  };
  return route;
}

Route media_route(const store::Media& media) {
  Route route;
  route.method = "GET";
  route.path = "/m/*";
  route.max_body_bytes = 0;
  route.handler = [&media](const HttpRequest& request) {
    auto bytes = media.read(request.rest);
    if (!bytes) return page(404, "この画像はありません。");
    HttpResponse response;
    response.content_type = request.rest.substr(request.rest.size() - 3) == "png" ? "image/png" : "image/jpeg";
    response.body = *std::move(bytes);
    // The name is the content's hash: what it names never changes.
    response.headers = {{"Cache-Control", "public, max-age=31536000, immutable"}, {"X-Content-Type-Options", "nosniff"}};
    return response;
  };
  return route;
}

}  // namespace kairan::gateway
