// The fields of a broadcast's record beside "doc", state and revision: who writes them and what they hold. Named once, since
// the service, the dispatcher and the register read each other's. Times are milliseconds since 1970 as text.
#pragma once

#include <string_view>

namespace kairan::broadcasts::field {

// Written by the service with the document.
inline constexpr std::string_view kDocument = "doc";          ///< canonical JSON of document.h
inline constexpr std::string_view kKind = "kind";             ///< live, drill, practice
inline constexpr std::string_view kPriority = "priority";     ///< bulk, scheduled, emergency
inline constexpr std::string_view kTopic = "topic";
inline constexpr std::string_view kSection = "section";
inline constexpr std::string_view kExpires = "expires";       ///< ms; absent = never
inline constexpr std::string_view kCreated = "created";       ///< ms
inline constexpr std::string_view kAuthor = "author";         ///< account
inline constexpr std::string_view kEditors = "editors";       ///< JSON list of accounts that wrote any part
// Written by moves.
inline constexpr std::string_view kAt = "at";                 ///< ms: when it is to leave; {date} is its day
inline constexpr std::string_view kApprover = "approver";
inline constexpr std::string_view kApprovedHash = "approved_hash";    ///< approval_hash() of what was approved
inline constexpr std::string_view kApprovedCount = "approved_count";  ///< recipients at approval; the drift is against it
inline constexpr std::string_view kApprovedAt = "approved_at";        ///< ms
inline constexpr std::string_view kReturned = "returned";     ///< the document as it was when it was last returned
inline constexpr std::string_view kReason = "reason";         ///< Japanese: why held, paused, failed, returned, stopped
inline constexpr std::string_view kReasonEn = "reason_en";    ///< the same in English, where the system gave the reason
inline constexpr std::string_view kHistory = "history";       ///< JSON list of {at, by, action, from, to, comment}
inline constexpr std::string_view kBy = "by";                 ///< mark of the last update: ACCOUNT:NONCE
// Written when the register takes it in and a day later.
inline constexpr std::string_view kRegistered = "registered";  ///< number of its entry
inline constexpr std::string_view kBlocks = "blocks";         ///< residents who blocked within 24 h, this being the last they received
// Written by the dispatcher.
inline constexpr std::string_view kFreezer = "freezer";       ///< process that freezes it
inline constexpr std::string_view kHeldCount = "held_count";  ///< recipients when it was held for drift; who lets it go on saw it
inline constexpr std::string_view kForgiven = "forgiven";     ///< refused and unknown batches when it last paused by itself
// Written when one broadcast stands for another.
inline constexpr std::string_view kCorrects = "corrects";     ///< id of what this corrects or withdraws
inline constexpr std::string_view kCorrectedBy = "corrected_by";
inline constexpr std::string_view kEffect = "effect";         ///< correct, withdraw
inline constexpr std::string_view kSource = "source";         ///< what two people published that sent this by itself: "alerts.yaml#RULE"
inline constexpr std::string_view kRoutine = "routine";       ///< "1": the content sends it day by day; staff hear of it only when it goes wrong
inline constexpr std::string_view kSince = "since";           ///< ms: when a recurring broadcast was ordered; only it has this
inline constexpr std::string_view kHandled = "handled";       ///< day of the last occurrence that was made
inline constexpr std::string_view kRuleId = "rule";           ///< the recurring broadcast of which this is an occurrence

}  // namespace kairan::broadcasts::field
