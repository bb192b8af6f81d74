// Emergency templates and frames of corrections: documents with a few fields, written by one person and published by another
// beforehand, so that using one is one person's act. What is sent from a frame is made from what was published, with its
// declared fields filled in and nothing else.
//
//   {"id", "use": "emergency|correct|withdraw", "title",
//    "fields": {NAME: {"label", "max": graphemes, "values": [...], "districts": true}},
//    "document": a document (document.h) whose texts have [[NAME]] where a field goes}
//
// A field with "districts": its value is ids of districts joined by ";" and decides the segment (emergency_area_segment);
// in texts it reads as their names. Frames of corrections need no segment: a correction goes where the other went.
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "broadcasts/document.h"
#include "store/actor.h"
#include "store/attributes.h"
#include "store/audit.h"
#include "store/records.h"

namespace kairan::broadcasts {

struct FrameField {
  std::string label;
  std::size_t most = 100;            ///< graphemes
  std::vector<std::string> values;   ///< when not empty: one of these
  bool districts = false;
};

struct Frame {
  std::string id;
  std::string use;  ///< emergency, correct, withdraw
  std::string title;
  std::map<std::string, FrameField> fields;
  std::string document;      ///< JSON
  std::string written_by, published_by;  ///< published_by is empty until a second person did
  std::optional<TimePoint> published_at;
  std::uint64_t revision = 0;
  bool published() const { return !published_by.empty(); }
};

/// Reads a frame and checks that it makes a document with its fields filled in.
Result<Frame> parse_frame(std::string_view json, const store::AttributeSchema& schema, std::vector<Problem>& problems);

/// The document that a frame makes: only what it leaves open is taken from `given` (kind, section, title).
/// @param given  a document with "frame": {"id","fields"}; other members than kind, section and title are refused
/// @return the document's JSON; kInvalid with problems for fields that are missing, unknown, too long or not allowed
Result<std::string> fill_frame(const Frame& frame, const nlohmann::json& given, const store::AttributeSchema& schema,
                               std::vector<Problem>& problems);

class Frames {
 public:
  Frames(store::RedisClient& redis, store::Audit& audit, const Clock& clock);

  /// Stores a frame, unpublished, in the place of one with the same id. Authors and emergency officers.
  Status save(const store::Actor& who, std::string_view json, const store::AttributeSchema& schema,
              std::vector<Problem>& problems);
  /// Releases a frame. An approver or emergency officer who did not write it.
  Status publish(const store::Actor& who, std::string_view id);
  Status retire(const store::Actor& who, std::string_view id);
  Result<std::optional<Frame>> find(std::string_view id);
  Result<std::vector<Frame>> all();

 private:
  Result<Frame> load(const store::Record& record) const;

  store::Records records_;
  store::Audit& audit_;
  const Clock& clock_;
};

}  // namespace kairan::broadcasts
