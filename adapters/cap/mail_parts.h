// Messages that arrive by mail: the XML parts of one mail (.eml) or of a mailbox file (mbox), with their transfer encoding
// undone. Knows as much of MIME as alert mails use: multipart, base64, quoted-printable, 7bit and 8bit. Bounded; never throws.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kairan::adapters::cap {

/// Whether the bytes begin as a mail or a mailbox does, not as XML.
bool is_mail(std::string_view bytes);

constexpr std::size_t kMaxMailParts = 200;

/// Every part that is XML, in order; at most kMaxMailParts. A part is XML by its content, whatever it is labelled.
std::vector<std::string> xml_parts(std::string_view mail);

}  // namespace kairan::adapters::cap
