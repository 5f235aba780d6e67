// SPDX-License-Identifier: Apache-2.0
#pragma once

// EV_IPL events: the profile leaves them to boot loaders. What of the content GRUB, shim and systemd have measured.

#include <vector>

#include <anchor/measure/event_log.h>
#include <anchor/measure/event_log_details.h>

namespace anchor::measure {

/// The parts of a content whose digest the event may carry: GRUB puts a label before the text that it measures
/// ("grub_cmd: …") and a NUL behind it, and has measured with and without that NUL.
[[nodiscard]] std::vector<ByteView> measured_parts(ByteView content);
/// A content that begins with one of GRUB's labels for texts: its digest is of the text.
[[nodiscard]] bool is_command(ByteView content);
/// What an EV_IPL event is about, by register and content.
[[nodiscard]] IplEvent read_ipl(const BootEvent& event);

}  // namespace anchor::measure
