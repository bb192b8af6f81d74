#include "gateway/config.h"

#include <sys/stat.h>

#include <fstream>
#include <future>

#include "base/crypto.h"
#include "gateway/config_keys.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

namespace kairan::gateway {
namespace {

using test::TempDir;

std::string file_with(const TempDir& dir, const std::string& name, const std::string& text) {
  std::ofstream(dir.file(name)) << text;
  return dir.file(name);
}

ConfigResult from_yaml(const std::string& text, const Environment& environment = {}) {
  TempDir dir;
  return load_config(file_with(dir, "kairan.yaml", text), environment);
}

std::string all(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("without file and environment the defaults of the design hold") {
  const ConfigResult result = from_yaml("");
  CHECK(result.errors.empty());
  const Config& c = result.config;
  CHECK(c.public_listen.host == "127.0.0.1");
  CHECK(c.public_listen.port == 8080);
  CHECK(c.console_listen.port == 8081);
  CHECK(c.redis_url.empty());
  CHECK(c.data_dir == "./var");
  CHECK(c.content == "content/kashima");
  CHECK(c.line_api_base == "https://api.line.me");
  CHECK(c.line_data_api_base == "https://api-data.line.me");
  CHECK(c.line_channel_secrets.empty());
  CHECK(c.push_window == std::chrono::minutes(10));
  CHECK(c.senders == 64);
}

TEST_CASE("every plain key is read from the file and overridden by its variable") {
  struct Case {
    std::string key, in_file, in_environment;
    std::function<std::string(const Config&)> get;
  };
  const auto c = GENERATE(values<Case>({
      {"public.listen", "0.0.0.0:1", "[::1]:2",
       [](const Config& k) { return k.public_listen.host + " " + std::to_string(k.public_listen.port); }},
      {"console.listen", "127.0.0.1:3", "127.0.0.1:4",
       [](const Config& k) { return std::to_string(k.console_listen.port); }},
      {"console.files", "/c", "/d", [](const Config& k) { return k.console_files; }},
      {"console.demo", "true", "false", [](const Config& k) { return std::string(k.console_demo ? "true" : "false"); }},
      {"redis.url", "redis://127.0.0.1:6379/0", "unix:///run/r.sock", [](const Config& k) { return k.redis_url; }},
      {"data_dir", "/a", "/b", [](const Config& k) { return k.data_dir; }},
      {"content", "c1", "c2", [](const Config& k) { return k.content; }},
      {"public.base_url", "https://a.example/", "https://b.example/x",
       [](const Config& k) { return k.public_base_url; }},
      {"line.channel_id", "123", "456", [](const Config& k) { return k.line_channel_id; }},
      {"line.api_base", "http://127.0.0.1:9", "http://[::1]:9", [](const Config& k) { return k.line_api_base; }},
      {"line.data_api_base", "https://d.example", "http://localhost:1",
       [](const Config& k) { return k.line_data_api_base; }},
      {"reply.push_window_minutes", "5", "0", [](const Config& k) { return std::to_string(k.push_window.count()); }},
      {"workers", "8", "16", [](const Config& k) { return std::to_string(k.workers); }},
      {"senders", "80", "90", [](const Config& k) { return std::to_string(k.senders); }},
      {"spool.max_bytes", "1048576", "2097152", [](const Config& k) { return std::to_string(k.spool_max_bytes); }},
      {"log.level", "warn", "error", [](const Config& k) { return std::to_string(static_cast<int>(k.log_level)); }},
  }));
  CAPTURE(c.key);
  const auto& keys = config_keys();
  const auto key = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& k) { return k.name == c.key; });
  REQUIRE(key != keys.end());

  const auto get_from = [&](const ConfigResult& result) {
    CAPTURE(all(result.errors));
    CHECK(result.errors.empty());
    return c.get(result.config);
  };
  const std::string default_value = get_from(from_yaml(""));
  const std::size_t dot = c.key.find('.');
  const std::string yaml = dot == std::string::npos
                               ? c.key + ": '" + c.in_file + "'\n"
                               : c.key.substr(0, dot) + ":\n  " + c.key.substr(dot + 1) + ": '" + c.in_file + "'\n";
  const std::string from_file = get_from(from_yaml(yaml));
  const std::string from_environment = get_from(from_yaml(yaml, {{key->variable(), c.in_environment}}));
  CHECK(from_file != default_value);
  CHECK(from_environment != from_file);
  CHECK(get_from(from_yaml("", {{key->variable(), c.in_environment}})) == from_environment);
}

TEST_CASE("secrets come from the environment or from a file it names") {
  TempDir dir;
  const std::string token_file = file_with(dir, "token", "a-token\n");
  const ConfigResult result = from_yaml("", {{"KAIRAN_LINE_CHANNEL_SECRET", "new-one,old-one"},
                                             {"KAIRAN_LINE_ACCESS_TOKEN_FILE", token_file},
                                             {"KAIRAN_DATA_KEY", std::string(64, 'a')},
                                             {"KAIRAN_SMTP_URL", "smtp://user:pw@mail.example:587"},
                                             {"KAIRAN_FORWARD_SECRET", "f"}});
  CAPTURE(all(result.errors));
  REQUIRE(result.errors.empty());
  REQUIRE(result.config.line_channel_secrets.size() == 2);
  CHECK(result.config.line_channel_secrets[0].reveal() == "new-one");
  CHECK(result.config.line_channel_secrets[1].reveal() == "old-one");
  CHECK(result.config.line_access_token.reveal() == "a-token");
  CHECK(result.config.data_key.reveal() == std::string(32, '\xaa'));
  CHECK(result.config.smtp_url.reveal() == "smtp://user:pw@mail.example:587");
  CHECK(result.config.forward_secret.reveal() == "f");
}

TEST_CASE("a secret in the file is refused with the way to give it, and never shown") {
  const auto key = GENERATE(values<std::string>({"channel_secret", "access_token"}));
  const ConfigResult result = from_yaml("line:\n  " + key + ": topsecretvalue\ndata_key: topsecretvalue\n");
  REQUIRE(result.errors.size() == 2);
  CHECK(contains(result.errors[0], "2行目"));
  CHECK(contains(result.errors[0], "line." + key));
  CHECK(contains(result.errors[0], "_FILE"));
  CHECK(contains(result.errors[1], "KAIRAN_DATA_KEY"));
  CHECK_FALSE(contains(all(result.errors), "topsecretvalue"));
}

TEST_CASE("all mistakes are told at once, each with its place, key and remedy") {
  TempDir dir;
  const std::string path = file_with(dir, "my.yaml",
                                     "public:\n"
                                     "  listen: nowhere\n"
                                     "  base_ulr: https://a.example\n"
                                     "workers: many\n"
                                     "senders: 5\n"
                                     "senders: 6\n"
                                     "content: [a, b]\n"
                                     "log:\n"
                                     "  level: loud\n");
  const ConfigResult result = load_config(path, {{"KAIRAN_REDIS_URL", "http://x"}, {"KAIRAN_DATA_KEY", "s3cr3t"}});
  const std::string text = all(result.errors);
  CAPTURE(text);
  CHECK(result.errors.size() == 8);
  struct Expected {
    const char* place;
    const char* key;
    const char* remedy;
  };
  for (const Expected& e :
       {Expected{"2行目", "public.listen", "127.0.0.1:8080"}, Expected{"3行目", "public.base_ulr", "public.base_url"},
        Expected{"4行目", "workers", "1024"}, Expected{"6行目", "senders", "消して"},
        Expected{"7行目", "content", "1つだけ"}, Expected{"9行目", "log.level", "debug"},
        Expected{"KAIRAN_REDIS_URL", "redis.url", "redis://127.0.0.1:6379/0"},
        Expected{"KAIRAN_DATA_KEY", "data_key", "openssl rand -hex 32"}}) {
    CAPTURE(e.key);
    CHECK(std::any_of(result.errors.begin(), result.errors.end(), [&](const std::string& line) {
      return contains(line, e.place) && contains(line, e.key) && contains(line, e.remedy);
    }));
  }
  CHECK_FALSE(contains(text, "s3cr3t"));
}

TEST_CASE("a value that cannot be right is refused") {
  struct Case {
    const char* label;
    std::string variable, value;
  };
  const auto c = GENERATE(values<Case>({
      {"port out of range", "KAIRAN_PUBLIC_LISTEN", "127.0.0.1:65536"},
      {"no host", "KAIRAN_PUBLIC_LISTEN", ":8080"},
      {"negative port", "KAIRAN_CONSOLE_LISTEN", "127.0.0.1:-1"},
      {"bare IPv6", "KAIRAN_PUBLIC_LISTEN", "::1:80"},
      {"relative socket", "KAIRAN_REDIS_URL", "unix://redis.sock"},
      {"database not a number", "KAIRAN_REDIS_URL", "redis://127.0.0.1:1/x"},
      {"plain http to the world", "KAIRAN_PUBLIC_BASE_URL", "http://city.example"},
      {"user in the address", "KAIRAN_PUBLIC_BASE_URL", "https://u:p@city.example"},
      {"plain http API", "KAIRAN_LINE_API_BASE", "http://api.example"},
      {"API base with a path", "KAIRAN_LINE_API_BASE", "https://api.example/v2"},
      {"channel id in words", "KAIRAN_LINE_CHANNEL_ID", "U123"},
      {"three secrets", "KAIRAN_LINE_CHANNEL_SECRET", "a,b,c"},
      {"an empty second secret", "KAIRAN_LINE_CHANNEL_SECRET", "a,"},
      {"a secret with a blank", "KAIRAN_LINE_CHANNEL_SECRET", "a, b"},
      {"a short key", "KAIRAN_DATA_KEY", "abcd"},
      {"a key that is not hex", "KAIRAN_DATA_KEY", std::string(64, 'z')},
      {"a secret file that is not there", "KAIRAN_LINE_ACCESS_TOKEN_FILE", "/nonexistent/token"},
      {"a folder as secret file", "KAIRAN_LINE_ACCESS_TOKEN_FILE", "/tmp"},
      {"too few workers", "KAIRAN_WORKERS", "0"},
      {"a fraction", "KAIRAN_SENDERS", "1.5"},
      {"a negative number", "KAIRAN_SPOOL_MAX_BYTES", "-1"},
      {"a window beyond an hour", "KAIRAN_REPLY_PUSH_WINDOW_MINUTES", "61"},
      {"forwarding without a secret", "KAIRAN_FORWARD_URL", "https://old.example/hook"},
  }));
  CAPTURE(c.label);
  const ConfigResult result = from_yaml("", {{c.variable, c.value}});
  REQUIRE(result.errors.size() == 1);
  CHECK(contains(result.errors[0], "。"));
}

TEST_CASE("two listeners cannot be given the same address") {
  const ConfigResult result = from_yaml("", {{"KAIRAN_CONSOLE_LISTEN", "127.0.0.1:8080"}});
  REQUIRE(result.errors.size() == 1);
  CHECK(contains(result.errors[0], "console.listen"));
  CHECK(from_yaml("", {{"KAIRAN_CONSOLE_LISTEN", "127.0.0.1:0"}, {"KAIRAN_PUBLIC_LISTEN", "127.0.0.1:0"}})
            .errors.empty());
}

TEST_CASE("a password in redis.url is refused in the file and taken from the environment") {
  const std::string url = "redis://:hunter2@127.0.0.1:6379/0";
  const ConfigResult in_file = from_yaml("redis:\n  url: " + url + "\n");
  REQUIRE(in_file.errors.size() == 1);
  CHECK(contains(in_file.errors[0], "KAIRAN_REDIS_URL"));
  CHECK_FALSE(contains(in_file.errors[0], "hunter2"));
  CHECK(from_yaml("", {{"KAIRAN_REDIS_URL", url}}).config.redis_url == url);
}

TEST_CASE("an empty variable empties what may be empty and leaves the rest") {
  const ConfigResult result =
      from_yaml("redis:\n  url: unix:///r.sock\ndata_dir: /d\n", {{"KAIRAN_REDIS_URL", ""}, {"KAIRAN_DATA_DIR", ""}});
  CHECK(result.errors.empty());
  CHECK(result.config.redis_url.empty());
  CHECK(result.config.data_dir == "/d");
}

TEST_CASE("both forms of a secret at once are a mistake") {
  const ConfigResult result =
      from_yaml("", {{"KAIRAN_DATA_KEY", std::string(64, '0')}, {"KAIRAN_DATA_KEY_FILE", "/x"}});
  REQUIRE(result.errors.size() == 1);
  CHECK(contains(result.errors[0], "片方だけ"));
}

TEST_CASE("a file that was asked for must be there") {
  CHECK(load_config("/nonexistent.yaml", {}).errors.size() == 1);
  CHECK(load_config(std::nullopt, {{"KAIRAN_CONFIG", "/nonexistent.yaml"}}).errors.size() == 1);
}

TEST_CASE("a file that is not the right yaml is refused with its line and without its text") {
  struct Case {
    const char* label;
    std::string text, place;
  };
  const auto c = GENERATE(values<Case>({{"broken", "a: 1\nb: [topsecret\n", "行目"},
                                        {"a list", "- topsecret\n", "並び"},
                                        {"CP932", "content: \x8e\xaf\x93\x87\n", "UTF-8"},
                                        {"too long", std::string(70'000, '#'), "読めません"}}));
  CAPTURE(c.label);
  const ConfigResult result = from_yaml(c.text);
  REQUIRE(result.errors.size() == 1);
  CHECK(contains(result.errors[0], c.place));
  CHECK_FALSE(contains(result.errors[0], "topsecret"));
}

TEST_CASE("a variable that looks misspelt is pointed out") {
  const ConfigResult result = from_yaml("", {{"KAIRAN_LINE_CHANEL_SECRET", "topsecret"}, {"KAIRAN_SOURCE_DIR", "/s"}});
  CHECK(result.errors.empty());
  REQUIRE(result.warnings.size() == 1);
  CHECK(contains(result.warnings[0], "KAIRAN_LINE_CHANNEL_SECRET"));
  CHECK_FALSE(contains(result.warnings[0], "topsecret"));
}

TEST_CASE("the data key is made once, for the owner only, and found again") {
  TempDir dir;
  Config config;
  config.data_dir = dir.file("a/var");
  const auto made = load_or_make_data_key(config);
  REQUIRE(made.ok());
  CHECK(made->size() == 32);
  struct stat status {};
  REQUIRE(::stat(dir.file("a/var/data_key").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  REQUIRE(::stat(dir.file("a/var").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0700);
  const auto again = load_or_make_data_key(config);
  REQUIRE(again.ok());
  CHECK(again->reveal() == made->reveal());
}

TEST_CASE("processes that start at once agree on one data key") {
  TempDir dir;
  Config config;
  config.data_dir = dir.file("var");
  std::vector<std::future<std::string>> keys;
  for (int i = 0; i < 8; ++i) {
    keys.push_back(std::async(std::launch::async, [&] {
      const auto key = load_or_make_data_key(config);
      return key ? std::string(key->reveal()) : key.error().detail;
    }));
  }
  const std::string first = keys.front().get();
  CHECK(first.size() == 32);
  for (std::size_t i = 1; i < keys.size(); ++i) CHECK(keys[i].get() == first);
}

TEST_CASE("a damaged data key is reported, not replaced") {
  TempDir dir;
  Config config;
  config.data_dir = dir.path();
  file_with(dir, "data_key", "half a key\n");
  const auto key = load_or_make_data_key(config);
  REQUIRE_FALSE(key.ok());
  CHECK(key.error().code == ErrorCode::kCorrupt);
  CHECK_FALSE(contains(key.error().detail, "half"));
  std::ifstream in(dir.file("data_key"));
  std::string text;
  std::getline(in, text);
  CHECK(text == "half a key");
}

}  // namespace
}  // namespace kairan::gateway
