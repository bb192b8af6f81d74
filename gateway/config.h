// The settings of one run: a yaml file (may be absent), overridden key by key by the environment. Secrets come only
// from the environment (KAIRAN_X) or from a file it names (KAIRAN_X_FILE); in the yaml file they are refused. All
// problems are reported at once, in Japanese, each with where it is, what is wrong and what to write; the value of a
// secret never is. Pure but for reading the files named. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "base/secret.h"

namespace kairan::gateway {

struct ListenAddress {
  std::string host = "127.0.0.1";
  int port = 0;  ///< 0 = any free port
};

/// The members' initial values hold when neither file nor environment says otherwise.
struct Config {
  ListenAddress public_listen{"127.0.0.1", 8080};     ///< public.listen
  ListenAddress console_listen{"127.0.0.1", 8081};    ///< console.listen
  std::string console_files;                          ///< console.files: the built console; empty = looked for
  bool console_demo = false;                          ///< console.demo: no second factor asked for; sample city only
  std::string public_base_url;              ///< public.base_url; https, without a slash at the end; empty = none
  std::string redis_url;                    ///< redis.url; empty = embedded. May carry a password: not for logs
  std::string data_dir = "./var";           ///< data_dir
  std::string content = "content/kashima";  ///< content

  std::string line_channel_id;                        ///< line.channel_id; empty = none
  std::vector<Secret> line_channel_secrets;           ///< line.channel_secret: none, one, or two during a change
  Secret line_access_token;                           ///< line.access_token; empty = issue stateless tokens
  std::string line_api_base = "https://api.line.me";  ///< line.api_base
  std::string line_data_api_base = "https://api-data.line.me";  ///< line.data_api_base

  Secret data_key;  ///< data_key as 32 bytes; empty = not given, see load_or_make_data_key()
  Secret smtp_url;  ///< smtp.url; empty = none
  std::string staff_mail_from;                ///< staff.mail_from: sender of mails to staff
  std::vector<std::string> staff_mail;        ///< staff.mail: who is told; comma-separated
  std::vector<std::string> staff_escalation;  ///< staff.escalation_mail: who is told what nobody read
  std::string staff_line_group;               ///< staff.line_group: id of the staff's group on LINE; empty = none
  std::chrono::minutes escalate_after{15};    ///< staff.escalate_minutes, 1..1440
  std::vector<std::string> test_recipients;   ///< broadcast.test_recipients: who gets tests, and who is in a practice's audience

  std::string forward_url;  ///< forward.url: where webhooks are sent on to; empty = nowhere
  Secret forward_secret;    ///< forward.secret: what they are signed with; empty = the first channel secret

  bool jma_enabled = false;  ///< jma.enabled: true, false
  /// jma.feed_url: addresses of Atom feeds, separated by commas
  std::string jma_feed_url =
      "https://www.data.jma.go.jp/developer/xml/feed/extra.xml,https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml";
  std::string emergency_snapshot;  ///< emergency.snapshot: file; empty = DATA_DIR/emergency/people.snapshot
  std::string cap_folder;  ///< cap.folder: where other programs put messages as files; empty = none
  Secret cap_secret;       ///< cap.secret: what POST /webhook/cap is proven with; empty = no such address

  std::chrono::minutes push_window{10};        ///< reply.push_window_minutes, 0..60; 0 = never push in a reply's place
  std::size_t workers = 64;                    ///< workers, 4..1024: requests handled at once, per listener
  std::size_t senders = 64;                    ///< senders, 1..1024: replies under way at once
  std::size_t broadcast_rate = 200;            ///< broadcast.rate, 0..10000 requests a second on the account; 0 = no limit
  std::size_t broadcast_senders = 32;          ///< broadcast.senders, 1..256: batches under way at once
  std::uint64_t spool_max_bytes = 1ull << 30;  ///< spool.max_bytes, 1 MiB..1 TiB
  log::Level log_level = log::Level::kInfo;    ///< log.level: debug, info, warn, error
};

using Environment = std::map<std::string, std::string>;
/// The process's variables that begin with KAIRAN_.
Environment kairan_environment();

struct ConfigResult {
  Config config;
  std::vector<std::string> errors;    ///< for the operator; when there are any, `config` must not be used
  std::vector<std::string> warnings;  ///< names in the environment that look like misspelt ones
};

/// @param config_option  the file of --config; else KAIRAN_CONFIG; else ./kairan.yaml, which alone may be absent
/// An empty variable empties a key that may be empty (redis.url, public.base_url, line.channel_id, forward.url); for
/// the others it is as if it were not set.
ConfigResult load_config(const std::optional<std::string>& config_option, const Environment& environment);

/// The key that seals personal data: the one given, else the one in DATA_DIR/data_key, which is made with mode 0600 (64
/// hex digits, synced) when absent; two processes that start at once get the same one. Makes the data folder (0700) if
/// needed. kCorrupt when the file holds something else: it is never replaced, since what it sealed would be lost.
Result<Secret> load_or_make_data_key(const Config& config);

}  // namespace kairan::gateway
