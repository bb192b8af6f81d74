#include <cstdio>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/memory.h"
#include "gateway/config.h"
#include "gateway/main/app.h"
#include "gateway/main/commands.h"
#include "gateway/main/signals.h"

namespace kairan::gateway {
namespace {

constexpr std::chrono::seconds kStopLimit{30};

}  // namespace

int serve(const ServeArguments& arguments) {
  keep_freed_memory();
  block_signals();
  raise_file_limit();
  forbid_core_files();
  ConfigResult loaded = load_config(
      arguments.config_file.empty() ? std::nullopt : std::optional(arguments.config_file), kairan_environment());
  if (!loaded.errors.empty()) {
    std::fprintf(stderr, "設定に誤りがあります（%zu件）。直してからもう一度起動してください。\n", loaded.errors.size());
    for (const std::string& error : loaded.errors) std::fprintf(stderr, "  - %s\n", error.c_str());
    return 2;
  }
  for (const std::string& warning : loaded.warnings) log::warn("config.warning", {{"text", warning}});
  if (loaded.config.line_channel_secrets.empty()) {
    std::fprintf(stderr, "LINEのチャネルシークレットがありません。環境変数 KAIRAN_LINE_CHANNEL_SECRET（または "
                         "KAIRAN_LINE_CHANNEL_SECRET_FILE）に設定してください。手順は docs/setup-line.ja.md にあります。\n");
    return 2;
  }
  auto data_key = load_or_make_data_key(loaded.config);
  if (!data_key) {
    std::fprintf(stderr, "データの鍵を用意できません: %s\n", data_key.error().detail.c_str());
    return 2;
  }
  loaded.config.data_key = *std::move(data_key);
  Faults faults;
  for (const std::string& fault : arguments.faults) {
    if (fault != "spool-fsync") {
      std::fprintf(stderr, "kairan serve: unknown fault %s\n", fault.c_str());
      return 2;
    }
    faults.spool_fsync = true;
  }
  log::set_level(loaded.config.log_level);
  auto app = App::start(loaded.config, faults);
  if (!app) {
    log::error("start.failed", {{"reason", app.error().detail}});
    return 1;
  }
  log::info("gateway.ready", {{"public", (*app)->public_port()}, {"console", (*app)->console_port()}});

  bool failed = false;
  for (bool stop = false; !stop && !failed;) {
    switch (wait_for_signal(std::chrono::milliseconds(500))) {
      case Signal::kStop: stop = true; break;
      case Signal::kReload:
        if (const Status reloaded = (*app)->reload_content(); !reloaded) {
          log::error("content.not_loaded", {{"reason", reloaded.error().detail}});
        }
        break;
      case Signal::kNone: failed = (*app)->failed(); break;
    }
  }
  log::info("gateway.stopping", {{"failed", failed}});
  bound_the_stop(kStopLimit);
  app->reset();
  log::info("gateway.stopped");
  return failed ? 1 : 0;
}

}  // namespace kairan::gateway
