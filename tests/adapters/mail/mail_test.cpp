#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "adapters/mail/message.h"
#include "adapters/mail/smtp_mailer.h"
#include "base/civil_time.h"
#include "base/crypto.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

namespace kairan::adapters::mail {
namespace {

/// Speaks SMTP with one client and keeps what it was told.
class FakeSmtp {
 public:
  /// @param refuse  the verb that is answered 550 ("RCPT"), or "" for none
  explicit FakeSmtp(std::string refuse = "") : refuse_(std::move(refuse)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t length = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    ::listen(listener_, 1);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeSmtp() { join(); }
  void join() {
    if (listener_ >= 0) ::shutdown(listener_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(listener_);
    listener_ = -1;
  }
  std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }
  std::vector<std::string> commands;  ///< read after join()
  std::string body;

 private:
  void serve() {
    const int peer = ::accept(listener_, nullptr, nullptr);
    if (peer < 0) return;
    const auto say = [&](const std::string& line) { (void)!::write(peer, (line + "\r\n").data(), line.size() + 2); };
    say("220 fake");
    std::string text;
    bool data = false;
    char buffer[4096];
    for (;;) {
      const ssize_t got = ::read(peer, buffer, sizeof buffer);
      if (got <= 0) break;
      text.append(buffer, static_cast<std::size_t>(got));
      for (std::size_t end; (end = text.find("\r\n")) != std::string::npos;) {
        const std::string line = text.substr(0, end);
        text.erase(0, end + 2);
        if (data) {
          if (line == ".") {
            data = false;
            say("250 taken");
          } else {
            body += line + "\n";
          }
          continue;
        }
        commands.push_back(line);
        const std::string verb = line.substr(0, 4);
        if (verb == refuse_) say("550 no");
        else if (verb == "EHLO") say("250 fake");
        else if (verb == "DATA") {
          say("354 go on");
          data = true;
        } else if (verb == "QUIT") say("221 bye");
        else say("250 ok");
      }
    }
    ::close(peer);
  }

  const std::string refuse_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

SmtpOptions options(const std::string& url) {
  SmtpOptions o;
  o.url = Secret(url);
  o.from = "kairan@example.jp";
  o.to = {"koho@example.jp", "bousai@example.jp"};
  o.escalation = {"kacho@example.jp"};
  o.timeout = std::chrono::seconds(5);
  return o;
}

bool has(const std::vector<std::string>& lines, std::string_view start) {
  for (const std::string& line : lines) {
    if (line.substr(0, start.size()) == start) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a mail is one message in UTF-8 that no subject can add a header to") {
  const std::string mail = mail_bytes({"kairan@example.jp", {"a@example.jp", "b@example.jp"},
                                       "承認待ち\r\nBcc: evil@example.jp", "健診のお知らせ\nの承認をお願いします。", "kairan-1"},
                                      jst_time(*parse_date("2026-11-25"), 18 * 60));
  CHECK(mail.find("Date: Wed, 25 Nov 2026 18:00:00 +0900\r\n") == 0);
  CHECK(mail.find("To: a@example.jp,\r\n b@example.jp\r\n") != std::string::npos);
  CHECK(mail.find("\r\nBcc") == std::string::npos);
  CHECK(mail.find("Subject: =?UTF-8?B?") != std::string::npos);
  CHECK(mail.find("Message-ID: <kairan-1@example.jp>") != std::string::npos);
  CHECK(mail.find(to_base64("健診のお知らせ\nの承認をお願いします。").substr(0, 70)) != std::string::npos);
  std::size_t begin = 0;
  for (std::size_t end; (end = mail.find("\r\n", begin)) != std::string::npos; begin = end + 2) CHECK(end - begin <= 78);
}

TEST_CASE("addresses that could leave their header or their command are none") {
  for (const char* right : {"a@example.jp", "a.b+c@x.jp"}) CHECK(is_mail_address(right));
  for (const char* wrong : {"", "a", "@x", "a@", "a@b@c", "a b@x.jp", "a@x.jp\r\nRCPT TO:<b@x.jp>", "<a@x.jp>", "a,b@x.jp"}) {
    CHECK_FALSE(is_mail_address(wrong));
  }
}

TEST_CASE("a notice is mailed to everyone who is told, an escalated one to those above") {
  const test::FakeClock clock;
  for (const bool escalated : {false, true}) {
    FakeSmtp server;
    SmtpMailer mailer(options(server.url()), clock);
    const Status sent = mailer.send({"n1", "承認待ち", "本文", escalated});
    server.join();
    CHECK(sent.ok());
    CHECK(has(server.commands, "MAIL FROM:<kairan@example.jp>"));
    CHECK(has(server.commands, "RCPT TO:<koho@example.jp>") == !escalated);
    CHECK(has(server.commands, "RCPT TO:<kacho@example.jp>") == escalated);
    CHECK(server.body.find(to_base64("本文")) != std::string::npos);
  }
}

TEST_CASE("what the server refuses is refused, a server that is away may be tried again") {
  const test::FakeClock clock;
  {
    FakeSmtp server("RCPT");
    SmtpMailer mailer(options(server.url()), clock);
    const Status sent = mailer.send({"n1", "s", "t", false});
    server.join();
    REQUIRE_FALSE(sent);
    CHECK(sent.error().code == ErrorCode::kRefused);
  }
  SmtpMailer mailer(options("smtp://127.0.0.1:1"), clock);
  CHECK(mailer.send({"n1", "s", "t", false}).error().code == ErrorCode::kUnavailable);
}

TEST_CASE("without TLS a mail goes to this machine only") {
  const test::FakeClock clock;
  FakeSmtp server;  // offers no STARTTLS; reached by a name that is not this machine's
  std::string url = server.url();
  url.replace(url.find("127.0.0.1"), 9, "0.0.0.0");
  SmtpMailer mailer(options(url), clock);
  const Status sent = mailer.send({"n1", "s", "t", false});
  server.join();
  CHECK_FALSE(sent);
  CHECK_FALSE(has(server.commands, "MAIL"));
}

}  // namespace kairan::adapters::mail
