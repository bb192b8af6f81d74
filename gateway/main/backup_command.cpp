#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/civil_time.h"
#include "gateway/main/attach.h"
#include "gateway/main/commands.h"
#include "gateway/main/last_backup.h"
#include "store/backup_file.h"
#include "store/embedded_redis.h"
#include "store/installation.h"
#include "store/media.h"
#include "store/redis_address.h"
#include "store/restore.h"
#include "store/snapshot.h"

namespace kairan::gateway {
namespace {

struct BackupArguments {
  std::string config, file;
  bool replace = false;
};

int backup_failed(const std::string& what, const Error& error) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), error.detail.c_str());
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimeout ? 2 : 1;
}

/// A line for every tenth part.
class Progress {
 public:
  explicit Progress(const char* unit) : unit_(unit) {}
  void at(std::uint64_t done, std::uint64_t all) {
    const std::uint64_t tenth = all == 0 ? 10 : done * 10 / all;
    if (tenth == shown_) return;
    shown_ = tenth;
    std::fprintf(stderr, "  %" PRIu64 " / %" PRIu64 " %s\n", done, all, unit_);
  }

 private:
  const char* unit_;
  std::uint64_t shown_ = 0;
};

/// After the copy: a picture is stored before the broadcast that shows it, so that none of the copy's is missing.
Result<std::size_t> write_pictures(store::BackupWriter& writer, const std::string& data_dir) {
  const store::Media media(data_dir + store::kMediaFolder);
  const auto names = media.names();
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const auto bytes = media.read(name);
    if (!bytes) return bytes.error().within(name);
    if (const Status written = writer.write_picture(name, *bytes); !written) return written.error();
  }
  return names->size();
}

int backup(const BackupArguments& arguments) {
  const auto attached = attach_to_store(arguments.config);
  if (!attached) return 2;
  const SystemClock clock;
  const auto installation = store::open_installation(*attached->redis, store::kDefaultPartitions, clock.now());
  if (!installation) return backup_failed("記録を読めません", installation.error());
  const auto address = store::parse_redis_url(attached->redis_url);
  store::BackupHeader header;
  header.installation = installation->id;
  header.created = clock.now();
  header.database = address ? address->database : 0;
  auto writer = store::BackupWriter::create(arguments.file, *attached->sealer, header);
  if (!writer) return backup_failed("バックアップを書けません", writer.error());
  std::fputs("Redisに、ある瞬間の全体の写しを作らせています。サービスは止まりません。\n", stderr);
  Progress progress("バイト");
  std::uint64_t all = 0;
  std::uint64_t done = 0;
  const Status copied = store::stream_snapshot(
      attached->redis_url, [&](std::uint64_t bytes) { all = bytes; },
      [&](std::string_view piece) {
        done += piece.size();
        progress.at(done, all);
        return (*writer)->write(piece);
      });
  if (!copied) return backup_failed("バックアップを作れません（ファイルは残していません）", copied.error());
  const auto pictures = write_pictures(**writer, attached->config.data_dir);
  if (!pictures)
    return backup_failed("画像をバックアップに入れられません（ファイルは残していません）", pictures.error());
  if (const Status finished = (*writer)->finish(); !finished)
    return backup_failed("バックアップを書けません", finished.error());
  if (const Status noted = note_backup(attached->config.data_dir, header.created); !noted) {
    std::fprintf(stderr, "バックアップの日時を記録できません（管理画面の表示だけに使います）: %s\n", noted.error().detail.c_str());
  }
  std::printf("バックアップを作りました: %s（%" PRIu64 " バイト、画像 %zu 枚、%s 現在）\n", arguments.file.c_str(),
              done, *pictures, format_jst(header.created).c_str());
  std::puts("戻すときは同じデータの鍵（data_key）が要ります。鍵はこのファイルとは別の場所に保管してください。");
  return 0;
}

/// A folder for the decrypted copy, beside the data it is of and as protected; gone with the object.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& data_dir) {
    std::error_code ignored;
    std::filesystem::create_directories(data_dir, ignored);
    std::string pattern = std::filesystem::absolute(data_dir).lexically_normal() / "restore-XXXXXX";
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~WorkFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Pictures are named by their bytes: adding them before the store changes takes nothing from what is there.
Status put_back_pictures(const store::Media& from, const std::string& data_dir) {
  const auto names = from.names();
  if (!names) return names.error();
  store::Media media(data_dir + store::kMediaFolder);
  for (const std::string& name : *names) {
    const auto bytes = from.read(name);
    if (!bytes) return bytes.error();
    if (const Status put = media.put_back(name, *bytes); !put) return put;
  }
  return {};
}

int restore(const BackupArguments& arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  ConfigResult loaded =
      load_config(arguments.config.empty() ? std::nullopt : std::optional(arguments.config), kairan_environment());
  for (const std::string& error : loaded.errors) std::fprintf(stderr, "  - %s\n", error.c_str());
  if (!loaded.errors.empty()) return 2;
  const Config& config = loaded.config;
  const auto key = load_or_make_data_key(config);
  if (!key) return backup_failed("データの鍵を読めません", key.error());
  const Sealer sealer(*key);

  const WorkFolder folder(config.data_dir);
  if (folder.path().empty()) {
    std::fprintf(stderr, "data_dir %s に作業用のフォルダーを作れません。\n", config.data_dir.c_str());
    return 2;
  }
  umask(077);
  const std::string copy_folder = folder.path() + "/copy";
  std::error_code unmade;
  std::filesystem::create_directory(copy_folder, unmade);
  std::ofstream copy(copy_folder + "/" + store::kCopyFile, std::ios::binary);
  store::Media pictures(folder.path() + "/pictures");
  const auto header = store::read_backup(
      arguments.file, sealer,
      [&](std::string_view piece) -> Status {
        copy.write(piece.data(), static_cast<std::streamsize>(piece.size()));
        return copy ? Status() : Status(Error{ErrorCode::kUnavailable, "the copy cannot be written into data_dir"});
      },
      [&](std::string_view name, std::string_view bytes) { return pictures.put_back(name, bytes); });
  copy.close();
  if (!header) return backup_failed("このバックアップは使えません（何も変えていません）", header.error());
  if (!copy) return backup_failed("作業用の写しを書けません", Error{ErrorCode::kUnavailable, folder.path()});
  std::fprintf(stderr, "%s のバックアップを確かめました。戻しています。\n", format_jst(header->created).c_str());

  std::unique_ptr<store::EmbeddedRedis> embedded;
  store::RestoreOptions options;
  options.redis_url = config.redis_url;
  if (options.redis_url.empty()) {
    store::EmbeddedRedis::Options own;
    own.data_dir = config.data_dir;
    auto started = store::EmbeddedRedis::start(own);
    if (!started) return backup_failed("Redisを起動できません", started.error());
    embedded = *std::move(started);
    options.redis_url = embedded->url();
  }
  Progress progress("件");
  options.copy_folder = copy_folder;
  options.copy_database = header->database;
  options.replace = arguments.replace;
  options.now = SystemClock().now();
  options.progress = [&](std::uint64_t done, std::uint64_t all) { progress.at(done, all); };
  if (const Status put = put_back_pictures(pictures, config.data_dir); !put) {
    return backup_failed("画像を戻せませんでした（記録は変わっていません）", put.error());
  }
  if (const Status restored = store::restore_copy(options); !restored) {
    return backup_failed("戻せませんでした（元の記録は変わっていません）", restored.error());
  }
  std::puts(
      "バックアップから戻しました。途中だった配信は保留になります。「kairan "
      "serve」を起動し、配信の画面で確かめてください。");
  return 0;
}

}  // namespace

void add_backup(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<BackupArguments>();
  const auto add = [&](const char* name, const char* help) {
    CLI::App* const command = app.add_subcommand(name, help);
    command->add_option("--config", arguments->config, "configuration file (else KAIRAN_CONFIG, else ./kairan.yaml)");
    command->add_option("FILE", arguments->file)->required();
    return command;
  };
  add("backup", "an encrypted copy of the running gateway's store")->callback([arguments, &exit_code] {
    exit_code = backup(*arguments);
  });
  CLI::App* const restoring = add("restore", "fill the store of a gateway that is stopped from a backup");
  restoring->add_flag("--replace", arguments->replace, "the store holds something: replace it all");
  restoring->callback([arguments, &exit_code] { exit_code = restore(*arguments); });
}

}  // namespace kairan::gateway
