#include "gateway/console_files.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace kairan::gateway {
namespace {

struct Built {
  Built() {
    std::filesystem::create_directories(folder.file("assets"));
    write("index.html", "<!doctype html>page");
    write("assets/app-1a2b.js", "script");
    write("icon.svg", "<svg/>");
    write(".secret", "secret");
    write("notes.md", "notes");
    std::ofstream(folder.path() + "/../outside.txt") << "outside";
  }
  ~Built() { std::filesystem::remove(folder.path() + "/../outside.txt"); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder.file(name)) << text; }
  HttpResponse get(const std::string& rest, const std::string& encodings = "") const {
    HttpRequest request;
    request.method = "GET";
    request.rest = rest;
    request.headers = {{"accept-encoding", encodings}};
    return files.serve(request);
  }
  test::TempDir folder;
  ConsoleFiles files{folder.path()};
};

std::string header(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("the page is asked for anew each time, files with a hash in their name once", "[console]") {
  const Built built;
  for (const char* path : {"", "broadcasts", "broadcasts/0123456789abcdef/edit"}) {
    const HttpResponse page = built.get(path);
    CHECK(page.status == 200);
    CHECK(page.body == "<!doctype html>page");
    CHECK(header(page, "Cache-Control") == "no-cache");
  }
  const HttpResponse script = built.get("assets/app-1a2b.js");
  CHECK(script.body == "script");
  CHECK(script.content_type == "text/javascript; charset=utf-8");
  CHECK(header(script, "Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(header(built.get("icon.svg"), "Cache-Control") == "no-cache");
}

TEST_CASE("a packed file is given to whoever takes it", "[console]") {
  const Built built;
  built.write("assets/app-1a2b.js.gz", "packed");
  const HttpResponse packed = built.get("assets/app-1a2b.js", "br, gzip");
  CHECK(packed.body == "packed");
  CHECK(header(packed, "Content-Encoding") == "gzip");
  CHECK(built.get("assets/app-1a2b.js").body == "script");
}

TEST_CASE("nothing but the console's own files leaves the folder", "[console]") {
  const Built built;
  for (const char* path : {"../outside.txt", "assets/../../outside.txt", "assets/..", ".secret", "assets/.hidden.js", "notes.md", "missing.js",
                           "assets//app-1a2b.js", "./index.html", "assets/app-1a2b.js/", "/etc/passwd.txt", "assets\\app.js", "a%2e.js",
                           "api/v1.json", "api/x", "api"}) {
    CAPTURE(path);
    CHECK(built.get(path).status == 404);
  }
}

TEST_CASE("the page may load nothing from elsewhere, run nothing inline, and stand in no frame", "[console]") {
  const Built built;
  for (const HttpResponse& response : {built.get(""), built.get("assets/app-1a2b.js"), built.get("missing.js"), ConsoleFiles("").serve({})}) {
    const std::string policy = header(response, "Content-Security-Policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(policy.find("http") == std::string::npos);
    CHECK(header(response, "Referrer-Policy") == "no-referrer");
  }
}

TEST_CASE("without the files a page says how to make them", "[console]") {
  test::TempDir empty;
  for (const std::string& folder : {std::string(), empty.path()}) {
    const HttpResponse page = ConsoleFiles(folder).serve({});
    CHECK(page.status == 503);
    CHECK(page.body.find("npm run build") != std::string::npos);
  }
}

}  // namespace kairan::gateway
