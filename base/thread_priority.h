// Which threads give way when the machine is full. Acknowledging a webhook comes before answering it: the platform
// waits two seconds for the one and a minute for the other.
#pragma once

namespace kairan {

/// Lets the calling thread give way to threads of ordinary priority, until it ends (setpriority(2), nice 10).
void give_way();

}  // namespace kairan
