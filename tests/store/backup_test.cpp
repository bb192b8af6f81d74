#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "store/alert_book.h"
#include "store/backup_file.h"
#include "store/media.h"
#include "store/restore.h"
#include "store/rule_releases.h"
#include "store/snapshot.h"
#include "store/subscriber_import.h"
#include "store/subscribers.h"
#include "tests/store/sample_schema.h"
#include "tests/support/catch.h"
#include "tests/support/store_scan.h"
#include "tests/support/test_redis.h"

using namespace kairan;
using namespace kairan::store;
using kairan::test::must;
using kairan::test::TempDir;
using kairan::test::TestRedis;

namespace {

constexpr Partition kPartitions = 4;

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_all(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

Sealer sealer_of(char key) { return Sealer(Secret(std::string(32, key))); }

void back_up(const std::string& url, const std::string& path, const Sealer& sealer) {
  BackupHeader header;
  header.installation = "test";
  header.created = from_unix_ms(1'795'000'000'000);
  auto writer = must(BackupWriter::create(path, sealer, header));
  must(stream_snapshot(url, {}, [&](std::string_view piece) { return writer->write(piece); }));
  must(writer->finish());
}

/// Reads a backup into a folder and the folder into a Redis.
Status restore(const std::string& path, const Sealer& sealer, const std::string& url, bool replace = false) {
  const TempDir folder;
  std::ofstream copy(folder.file(kCopyFile), std::ios::binary);
  const auto header = read_backup(path, sealer, [&](std::string_view piece) -> Status {
    copy << piece;
    return {};
  });
  copy.close();
  if (!header) return header.error();
  RestoreOptions options;
  options.redis_url = url;
  options.copy_folder = folder.path();
  options.copy_database = header->database;
  options.replace = replace;
  options.now = from_unix_ms(1'795'000'500'000);
  return restore_copy(options);
}

/// What two stores must have alike: everything but the notes of the restore.
std::map<std::string, std::vector<std::string>> contents(RedisClient& client) {
  must(client.command({"DEL", keys::restored()}));
  must(client.command({"HDEL", keys::alerts(), std::string(kAlertsRestored)}));
  return test::contents_of(client);
}

}  // namespace

TEST_CASE("a backup made while residents write is of one moment, and restoring it gives that moment again") {
  TestRedis source;
  const Sealer sealer = sealer_of('k');
  const AttributeSchema schema = test::sample_schema();
  const TempDir folder;
  Subscribers subscribers(source.client(), sealer, kPartitions);
  must(source.client().command({"CONFIG", "SET", "appendfsync", "no"}));
  std::vector<std::string> ids;
  for (int i = 0; i < 3000; ++i) ids.push_back("U" + to_hex(bytes_of(sha256(std::to_string(i))).substr(0, 16)));
  SubscriberImport importer(source.client(), sealer, kPartitions);
  must(importer.adopt(ids, from_unix_ms(1'794'000'000'000)));
  must(source.client().command({"XADD", "gaps", "*", "b", std::string(5000, 'x')}));
  must(source.client().command({"ZADD", keys::members(), "1", "dead-process"}));

  // Every writer counts in one key and tells the same number in another, in one transaction: a copy of one moment has
  // both alike.
  std::atomic<bool> stop{false};
  std::atomic<int> errors{0};
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&, w] {
      const auto client = source.make_client(2);
      Subscribers own(*client, sealer, kPartitions);
      for (std::int64_t n = 0; !stop; ++n) {
        const auto done = client->command({"EVAL", "redis.call('SET', KEYS[1], ARGV[1]) redis.call('SET', KEYS[2], ARGV[1])", "2",
                                           "first:" + std::to_string(w), "second:" + std::to_string(w), std::to_string(n)});
        const auto followed = own.set_following(ids[static_cast<std::size_t>(n * 7 + w) % ids.size()], n % 2 == 0,
                                                from_unix_ms(1'795'000'000'000 + n));
        if (!done || !followed) ++errors;
      }
    });
  }
  must(source.client().command({"SET", keys::reminders(), "1795000000000"}));
  back_up(source.url(), folder.file("load.kbk"), sealer);
  back_up(source.url(), folder.file("load2.kbk"), sealer);
  stop = true;
  for (auto& writer : writers) writer.join();
  CHECK(errors == 0);
  struct stat info {};
  REQUIRE(stat(folder.file("load.kbk").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK_FALSE(std::filesystem::exists(folder.file("load.kbk.part")));
  // Sealed: no id, no plain key name.
  const std::string bytes = read_all(folder.file("load.kbk"));
  CHECK(bytes.find("followers") == std::string::npos);

  TestRedis target;
  must(restore(folder.file("load.kbk"), sealer, target.url()));
  for (int w = 0; w < 3; ++w) {
    const auto first = must(target.client().command({"GET", "first:" + std::to_string(w)}));
    CHECK(first.text == must(target.client().command({"GET", "second:" + std::to_string(w)})).text);
  }
  Subscribers restored(target.client(), sealer, kPartitions);
  CHECK(must(restored.find(ids[5])).has_value());
  CHECK(must(restored_at(target.client())) == from_unix_ms(1'795'000'500'000));
  CHECK(must(AlertBook(target.client()).read()).restored == from_unix_ms(1'795'000'500'000));
  // A reminder that came due between the copy and its restore may have left already.
  CHECK(must(target.client().command({"GET", keys::reminders()})).text == "1795000500000");
  CHECK(must(target.client().command({"EXISTS", keys::members()})).integer == 0);

  // Without load the two stores are equal to the last byte.
  must(source.client().command({"DEL", keys::members(), keys::reminders()}));
  back_up(source.url(), folder.file("quiet.kbk"), sealer);
  CHECK(restore(folder.file("quiet.kbk"), sealer, target.url()).error().code == ErrorCode::kConflict);
  must(restore(folder.file("quiet.kbk"), sealer, target.url(), true));
  CHECK((contents(target.client()) == contents(source.client())));
  CHECK(must(Subscribers(target.client(), sealer, kPartitions).count_following()) == must(subscribers.count_following()));
  CHECK(must(target.client().command({"INFO", "keyspace"})).text.find("db15") == std::string::npos);
}

TEST_CASE("a backup that is cut off, damaged, of another key or no backup is told apart, and nothing is changed") {
  TestRedis source;
  const Sealer sealer = sealer_of('k');
  const TempDir folder;
  for (int i = 0; i < 300; ++i) {
    must(source.client().command({"SET", "k" + std::to_string(i), to_hex(random_bytes(6000))}));
  }
  const std::string good = folder.file("good.kbk");
  back_up(source.url(), good, sealer);
  const std::string bytes = read_all(good);
  REQUIRE(bytes.size() > 2 * kPieceBytes);

  TestRedis target;
  must(target.client().command({"SET", "precious", "1"}));
  const auto before = contents(target.client());
  const auto refused = [&](const std::string& changed, const Sealer& key) {
    const std::string path = folder.file("bad.kbk");
    write_all(path, changed);
    const Status status = restore(path, key, target.url(), true);
    REQUIRE_FALSE(status);
    return status.error().code;
  };
  for (const std::size_t length : {std::size_t{0}, std::size_t{5}, std::size_t{16}, std::size_t{60}, bytes.size() / 2,
                                   kPieceBytes + 300, bytes.size() - 1}) {
    CAPTURE(length);
    const ErrorCode code = refused(bytes.substr(0, length), sealer);
    CHECK((code == ErrorCode::kCorrupt || (length < 14 && code == ErrorCode::kSyntax)));
  }
  std::string damaged = bytes;
  damaged[bytes.size() / 2] = static_cast<char>(damaged[bytes.size() / 2] ^ 1);
  CHECK(refused(damaged, sealer) == ErrorCode::kCorrupt);
  CHECK(refused(bytes + "x", sealer) == ErrorCode::kCorrupt);
  CHECK(refused(bytes, sealer_of('j')) == ErrorCode::kRefused);
  std::string later = bytes;
  later[14] = 9;
  CHECK(refused(later, sealer) == ErrorCode::kConflict);
  CHECK(refused(std::string(100, 'x'), sealer) == ErrorCode::kSyntax);
  CHECK(restore(folder.file("absent"), sealer, target.url()).error().code == ErrorCode::kNotFound);
  CHECK((contents(target.client()) == before));

  // A gateway at work, and a store that holds something.
  CHECK(restore(good, sealer, target.url()).error().code == ErrorCode::kConflict);
  must(target.client().command({"ZADD", keys::members(), "1795000600000", "alive"}));
  CHECK(restore(good, sealer, target.url(), true).error().code == ErrorCode::kConflict);
  CHECK(must(target.client().command({"GET", "precious"})).text == "1");
}

TEST_CASE("a restore that was broken off is taken up by the next one") {
  TestRedis source;
  TestRedis target;
  const Sealer sealer = sealer_of('k');
  const TempDir folder;
  must(source.client().command({"SET", "a", "1"}));
  back_up(source.url(), folder.file("a.kbk"), sealer);
  RedisOptions beside;
  beside.url = target.url() + "?db=15";
  RedisClient half_done(beside);
  must(half_done.command({"SET", keys::restoring(), "1"}));
  must(half_done.command({"SET", "rest", "1"}));
  must(restore(folder.file("a.kbk"), sealer, target.url()));
  CHECK(must(target.client().command({"GET", "a"})).text == "1");
  CHECK(must(target.client().command({"EXISTS", "rest"})).integer == 0);
  CHECK(must(half_done.command({"DBSIZE"})).integer == 0);
}

TEST_CASE("the rules of warnings that two people published come back with a backup, and so does a proposal") {
  TestRedis source;
  TestRedis target;
  const Sealer sealer = sealer_of('k');
  const TempDir folder;
  const TimePoint now = from_unix_ms(1'795'000'000'000);
  RuleReleases rules(source.client());
  must(rules.propose({std::string(64, 'a'), "first", "sakamoto", now}));
  must(rules.publish(std::string(64, 'a'), "noda", now));
  must(rules.propose({std::string(64, 'b'), "second", "noda", now}));
  back_up(source.url(), folder.file("a.kbk"), sealer);
  must(restore(folder.file("a.kbk"), sealer, target.url()));
  RuleReleases restored(target.client());
  const auto published = must(restored.published());
  REQUIRE(published);
  CHECK(published->text == "first");
  CHECK(published->proposed_by == "sakamoto");
  CHECK(published->published_by == "noda");
  CHECK(published->published_at == now);
  CHECK(must(restored.proposed())->text == "second");
}

TEST_CASE("a backup that cannot be finished leaves no file") {
  const TempDir folder;
  const Sealer sealer = sealer_of('k');
  {
    auto writer = must(BackupWriter::create(folder.file("x.kbk"), sealer, {}));
    must(writer->write("part"));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(BackupWriter::create(folder.file("no/such/folder"), sealer, {}).error().code == ErrorCode::kUnavailable);
  CHECK(stream_snapshot("unix://" + folder.file("nothing.sock"), {}, [](std::string_view) { return Status(); }).error().code ==
        ErrorCode::kUnavailable);
}

TEST_CASE("pictures go with the copy, sealed, whole and each under its name") {
  const TempDir folder;
  const Sealer sealer = sealer_of('k');
  const std::string path = folder.file("x.kbk");
  const std::string large(Media::kMaxBytes, 'y');
  const std::string name = to_hex(bytes_of(sha256(large))) + ".jpg";
  {
    auto writer = must(BackupWriter::create(path, sealer, {}));
    must(writer->write("the copy"));
    must(writer->write_picture("a.png", "first\nsecond"));
    must(writer->write_picture(name, large));
    CHECK(writer->write_picture("b\n.png", "x").error().code == ErrorCode::kInvalid);
    CHECK(writer->write_picture("b.png", std::string(kPieceBytes, 'x')).error().code == ErrorCode::kInvalid);
    must(writer->finish());
  }
  const std::string bytes = read_all(path);
  CHECK(bytes.find("first") == std::string::npos);
  std::string copy;
  std::map<std::string, std::string> pictures;
  const auto read = [&] {
    copy.clear();
    pictures.clear();
    return read_backup(
        path, sealer,
        [&](std::string_view piece) -> Status {
          copy += piece;
          return {};
        },
        [&](std::string_view picture, std::string_view content) -> Status {
          pictures[std::string(picture)] = content;
          return {};
        });
  };
  must(read());
  CHECK(copy == "the copy");
  CHECK((pictures == std::map<std::string, std::string>{{"a.png", "first\nsecond"}, {name, large}}));
  // Whoever wants the copy alone is not given pictures for it.
  copy.clear();
  must(read_backup(path, sealer, [&](std::string_view piece) -> Status {
    copy += piece;
    return {};
  }));
  CHECK(copy == "the copy");
  // One is missing, and one is damaged.
  write_all(path, bytes.substr(0, bytes.size() - 500'000));
  CHECK(read().error().code == ErrorCode::kCorrupt);
  std::string damaged = bytes;
  damaged[bytes.size() - 600'000] = static_cast<char>(damaged[bytes.size() - 600'000] ^ 1);
  write_all(path, damaged);
  CHECK(read().error().code == ErrorCode::kCorrupt);
  // The format before, without pictures, is read as well.
  std::string earlier = bytes;
  earlier[14] = 1;
  write_all(path, earlier);
  must(read());
}
