// The door for CAP messages, and the folder: who may come in, and what happens to what is no message.
#include "adapters/cap/endpoint.h"

#include <filesystem>
#include <fstream>

#include "adapters/cap/folder.h"
#include "base/crypto.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

using namespace kairan;
using namespace kairan::adapters;

namespace {

gateway::HttpRequest post(const std::string& body, const std::string& header, const std::string& value) {
  gateway::HttpRequest request;
  request.method = "POST";
  request.body = body;
  if (!header.empty()) request.headers.emplace(header, value);
  return request;
}

}  // namespace

TEST_CASE("Only who holds the secret is heard, by bearer token or by a signature of the body") {
  const std::string secret = "0123456789abcdef0123";
  int taken = 0;
  const auto route = cap::cap_route(Secret(secret), [&](const std::string&) -> Status {
    ++taken;
    return {};
  });
  const auto status = [&](const gateway::HttpRequest& request) { return route.handler(request).status; };
  CHECK(status(post("<a/>", "", "")) == 401);
  CHECK(status(post("<a/>", "authorization", secret)) == 401);
  CHECK(status(post("<a/>", "authorization", "Bearer wrong")) == 401);
  CHECK(status(post("<a/>", "authorization", "Bearer ")) == 401);
  CHECK(status(post("<a/>", "x-kairan-signature", "sha256=" + to_hex(bytes_of(hmac_sha256(secret, "other"))))) == 401);
  CHECK(status(post("<a/>", "x-kairan-signature", to_hex(bytes_of(hmac_sha256(secret, "<a/>"))))) == 401);
  auto doubled = post("<a/>", "authorization", "Bearer " + secret);
  doubled.headers.emplace("authorization", "Bearer " + secret);
  CHECK(status(doubled) == 401);
  CHECK(taken == 0);
  CHECK(status(post("<a/>", "authorization", "Bearer " + secret)) == 200);
  CHECK(status(post("<a/>", "x-kairan-signature", "sha256=" + to_hex(bytes_of(hmac_sha256(secret, "<a/>"))))) == 200);
  CHECK(taken == 2);
  CHECK(cap::cap_route(Secret(""), [](const std::string&) -> Status { return {}; }).handler(post("", "authorization", "Bearer ")).status == 401);
}

TEST_CASE("The answer says whether to try again") {
  const auto answer = [](ErrorCode code) {
    const auto route = cap::cap_route(Secret("0123456789abcdef"), [code](const std::string&) -> Status { return Error{code, "x"}; });
    return route.handler(post("<a/>", "authorization", "Bearer 0123456789abcdef")).status;
  };
  CHECK(answer(ErrorCode::kSyntax) == 400);
  CHECK(answer(ErrorCode::kInvalid) == 400);
  CHECK(answer(ErrorCode::kTooLarge) == 413);
  CHECK(answer(ErrorCode::kUnavailable) == 503);
  CHECK(answer(ErrorCode::kTimeout) == 503);
}

TEST_CASE("Files are taken once, in order, and what is no message goes to failed when it has settled") {
  test::TempDir folder;
  test::FakeClock clock;
  std::vector<std::string> taken, failed;
  ErrorCode answer = ErrorCode::kInternal;
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder.path() + "/" + name) << text; };
  cap::Folder watch(
      folder.path(), 1000,
      [&](const std::string& bytes, const std::string& name) -> Status {
        if (bytes == "bad") return Error{ErrorCode::kSyntax, "no XML"};
        if (answer != ErrorCode::kInternal) return Error{answer, "away"};
        taken.push_back(name);
        return {};
      },
      [&](const std::string& name, const std::string&) { failed.push_back(name); }, clock);
  write("b.xml", "B");
  write("a.xml", "A");
  write(".writing.xml", "x");
  write("c.xml", "bad");
  write("big.xml", std::string(2000, 'x'));
  std::filesystem::create_symlink("/etc/passwd", folder.path() + "/link.xml");
  CHECK(*watch.scan() == 2);
  CHECK(taken == std::vector<std::string>{"a.xml", "b.xml"});
  CHECK(std::filesystem::exists(folder.path() + "/done/a.xml"));
  CHECK(failed.empty());  // it may still be growing
  for (const char* name : {"c.xml", "big.xml"}) {
    std::filesystem::last_write_time(folder.path() + "/" + name, std::filesystem::file_time_type::clock::now() - std::chrono::seconds(10));
  }
  CHECK(*watch.scan() == 0);
  CHECK(failed.size() == 2);
  CHECK(std::filesystem::exists(folder.path() + "/failed/c.xml"));
  CHECK(std::filesystem::exists(folder.path() + "/.writing.xml"));
  // While the store is away files wait.
  answer = ErrorCode::kUnavailable;
  write("d.xml", "D");
  CHECK_FALSE(watch.scan().ok());
  CHECK(std::filesystem::exists(folder.path() + "/d.xml"));
  answer = ErrorCode::kInternal;
  CHECK(*watch.scan() == 1);
  CHECK_FALSE(cap::Folder("/no/such/folder", 10, {}, {}, clock).scan().ok());
}
