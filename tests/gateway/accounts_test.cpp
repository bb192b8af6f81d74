#include "gateway/accounts.h"

#include "base/password_hash.h"
#include "base/totp.h"
#include "gateway/password_rules.h"
#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/staff_words.h"
#include "tests/support/test_redis.h"

namespace kairan::gateway {
namespace {

using store::Role;
using store::Roles;
using test::must;

const char* const kGood = "akai-densha-no-mado";

struct Line {
  std::string by, action, object, detail;
};

struct Desk {
  Desk() { redis().flush(); }
  static test::TestRedis& redis() {
    static test::TestRedis redis;
    return redis;
  }
  Status add(const std::string& name, Roles roles = {Role::kAuthor}) {
    return rules.add({name, roles, "広報広聴課", Secret(kGood), false}, by);
  }
  test::FakeClock clock;
  Sealer sealer{Secret(std::string(Sealer::kKeyBytes, 'k'))};
  store::Accounts records{redis().client(), sealer};
  std::vector<Line> lines;
  StaffAccounts rules{records, clock, [this](const store::Actor& who, std::string_view action, std::string_view object,
                                             std::string_view detail) -> Status {
                        lines.push_back({who.name, std::string(action), std::string(object), std::string(detail)});
                        return Status();
                      }};
  store::Actor by{"chief", {Role::kOperator}, "DX推進室"};
};

}  // namespace

TEST_CASE("one-time codes are those of RFC 6238, appendix B", "[totp]") {
  const std::string key = "12345678901234567890";
  // The RFC prints eight digits; six are their tail.
  const std::vector<std::pair<std::int64_t, std::string>> rows{{59, "287082"},         {1111111109, "081804"},
                                                                {1111111111, "050471"}, {1234567890, "005924"},
                                                                {2000000000, "279037"}, {20000000000, "353130"}};
  for (const auto& [seconds, code] : rows) {
    CAPTURE(seconds);
    CHECK(totp_code(key, seconds / 30) == code);
    CHECK(match_totp(key, code, from_unix_ms(seconds * 1000)) == seconds / 30);
    CHECK(match_totp(key, code, from_unix_ms((seconds + 30) * 1000)) == seconds / 30);
    CHECK_FALSE(match_totp(key, code, from_unix_ms((seconds + 90) * 1000)));
  }
  CHECK_FALSE(match_totp(key, "", from_unix_ms(59'000)));
  CHECK(to_base32("12345678901234567890") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");  // RFC 4648 by its rules
  CHECK(to_base32("foob") == "MZXW6YQ");
}

TEST_CASE("a password is checked against its own hash alone", "[accounts]") {
  const std::string one = hash_password(Secret(kGood));
  CHECK(one.rfind("$argon2id$v=19$m=19456,t=2,p=1$", 0) == 0);
  CHECK(one != hash_password(Secret(kGood)));
  CHECK(verify_password(Secret(kGood), one));
  CHECK_FALSE(verify_password(Secret("akai-densha-no-madO"), one));
  CHECK_FALSE(verify_password(Secret(kGood), "$argon2id$"));
  CHECK_FALSE(verify_password(Secret(kGood), ""));
}

TEST_CASE("passwords that are short, common, monotonous or the account's name are refused", "[accounts]") {
  for (const char* bad : {"", "short", "elevenchars", "password2026!", "Password1234", "123456789012", "aaaaaaaaaaaa", "abcdefghijkl",
                          "abababababab", "kairan123456789", "suzuki-no-himitsu", "himitsu12345", "twelve chars\n", "qwertyuiop123"}) {
    CAPTURE(bad);
    CHECK(test::in_both_languages(password_problem(Secret(bad), "suzuki")));
  }
  for (const char* good : {kGood, "correct horse battery", "赤い電車の窓から海が見えた", "9f4kd02mxbqz"}) {
    CAPTURE(good);
    CHECK(password_problem(Secret(good), "suzuki").empty());
  }
  CHECK(test::in_both_languages(password_problem(Secret(std::string(300, 'a') + kGood), "suzuki")));
}

TEST_CASE("an account is made once, with a plain name, a role and a section", "[accounts][redis]") {
  Desk desk;
  must(desk.add("ito.k"));
  const auto stored = must(desk.records.find("ito.k"));
  REQUIRE(stored);
  CHECK(stored->roles == Roles{Role::kAuthor});
  CHECK(stored->section == "広報広聴課");
  CHECK(stored->password.find(kGood) == std::string::npos);
  CHECK(desk.add("ito.k").error().code == ErrorCode::kConflict);
  for (const char* bad : {"", "Ito", "-ito", "a b", "../etc", "system", "いとう", "a:b", "abcdefghijklmnopqrstuvwxyz0123456"}) {
    CAPTURE(bad);
    CHECK(desk.add(bad).error().code == ErrorCode::kInvalid);
  }
  CHECK(desk.add("norole", {}).error().code == ErrorCode::kInvalid);
  CHECK(desk.rules.add({"nosection", {Role::kAuthor}, " ", Secret(kGood), false}, desk.by).error().code == ErrorCode::kInvalid);
  CHECK(must(desk.records.all()).size() == 1);
  REQUIRE(desk.lines.size() == 1);
  CHECK(desk.lines[0].by == "chief");
  CHECK(desk.lines[0].action == "account.add");
}

TEST_CASE("name and password let in only together, and an unknown name costs the same work", "[accounts][redis]") {
  Desk desk;
  must(desk.add("ito"));
  must(desk.add("gone"));
  must(desk.rules.set_disabled("gone", true, desk.by));
  struct Row {
    const char *name, *password;
    bool in;
  };
  for (const Row& row : {Row{"ito", kGood, true}, Row{"ito", "something else", false}, Row{"nobody", kGood, false},
                         Row{"NOT A NAME", kGood, false}, Row{"gone", kGood, false}, Row{"ito", "", false}}) {
    CAPTURE(row.name, row.password);
    const auto before = desk.rules.hashes_made();
    CHECK(must(desk.rules.check_password(row.name, Secret(row.password))).has_value() == row.in);
    CHECK(desk.rules.hashes_made() == before + 1);
  }
}

TEST_CASE("a change of rights or password ends older sessions and is written down", "[accounts][redis]") {
  Desk desk;
  must(desk.add("ito"));
  must(desk.add("chief", {Role::kOperator}));
  const auto generation = [&] { return must(desk.records.find("ito"))->generation; };
  auto before = generation();
  must(desk.rules.set_roles("ito", {Role::kAuthor, Role::kApprover}, std::nullopt, desk.by));
  CHECK(generation() > before);
  before = generation();
  must(desk.rules.set_password("ito", Secret("tsugi no eki wa doko"), true, desk.by));
  CHECK(generation() > before);
  CHECK(must(desk.records.find("ito"))->must_change_password);
  before = generation();
  must(desk.rules.set_disabled("ito", true, desk.by));
  CHECK(generation() > before);
  CHECK(desk.lines.size() == 5);
  CHECK(desk.rules.set_roles("nobody", {Role::kAuthor}, std::nullopt, desk.by).error().code == ErrorCode::kNotFound);
}

TEST_CASE("the last operator can be neither disabled nor demoted", "[accounts][redis]") {
  Desk desk;
  must(desk.add("chief", {Role::kOperator}));
  CHECK(desk.rules.set_disabled("chief", true, desk.by).error().code == ErrorCode::kConflict);
  CHECK(desk.rules.set_roles("chief", {Role::kAuditor}, std::nullopt, desk.by).error().code == ErrorCode::kConflict);
  must(desk.add("deputy", {Role::kOperator, Role::kAuthor}));
  must(desk.rules.set_disabled("chief", true, desk.by));
  CHECK(desk.rules.set_disabled("deputy", true, desk.by).error().code == ErrorCode::kConflict);
}

TEST_CASE("a code of the second factor works once, a recovery code too", "[accounts][redis]") {
  Desk desk;
  must(desk.add("ito"));
  CHECK(desk.rules.confirm_second_factor("ito", "000000").error().code == ErrorCode::kConflict);
  must(desk.rules.offer_second_factor("ito"));
  const auto account = [&] { return *must(desk.records.find("ito")); };
  const std::string key = account().totp_key;
  CHECK(key.size() == 20);
  CHECK_FALSE(account().has_second_factor());
  CHECK(desk.rules.confirm_second_factor("ito", "12345").error().code == ErrorCode::kInvalid);
  const auto now_code = [&] { return totp_code(key, totp_step(desk.clock.now())); };
  const auto codes = must(desk.rules.confirm_second_factor("ito", now_code()));
  CHECK(codes.size() == StaffAccounts::kRecoveryCodes);
  CHECK(account().has_second_factor());
  // The code that confirmed is used up, as is any before it.
  CHECK_FALSE(must(desk.rules.check_second_factor(account(), now_code())));
  CHECK_FALSE(must(desk.rules.check_second_factor(account(), totp_code(key, totp_step(desk.clock.now()) - 1))));
  desk.clock.advance(std::chrono::seconds(30));
  CHECK(must(desk.rules.check_second_factor(account(), now_code())));
  CHECK_FALSE(must(desk.rules.check_second_factor(account(), now_code())));
  CHECK(must(desk.rules.check_second_factor(account(), codes[3])));
  CHECK_FALSE(must(desk.rules.check_second_factor(account(), codes[3])));
  CHECK_FALSE(must(desk.rules.check_second_factor(account(), "")));
  CHECK(account().recovery.size() == StaffAccounts::kRecoveryCodes - 1);
  CHECK(desk.rules.offer_second_factor("ito").error().code == ErrorCode::kConflict);
  // Under another data key the account cannot be opened, rather than having no second factor.
  const Sealer other{Secret(std::string(Sealer::kKeyBytes, 'x'))};
  CHECK(store::Accounts(Desk::redis().client(), other).find("ito").error().code == ErrorCode::kCorrupt);
}

}  // namespace kairan::gateway
