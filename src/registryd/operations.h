// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an operator does to a registry, beside one that is serving or without. Each act is one transaction, audited.

#include <string>
#include <vector>

#include "selection.h"

namespace anchor::registryd {

/// All of them, and who waits for approval; or those that fit.
[[nodiscard]] Result<void> list_devices(RegistryFiles& files, const Selection& who, bool json);
/// Denied where there is no such device.
[[nodiscard]] Result<void> show_device(RegistryFiles& files, const std::string& id, bool json);
[[nodiscard]] Result<void> approve(RegistryFiles& files, const std::string& id);
/// The group decides which policy and which reference values apply.
[[nodiscard]] Result<void> set_group(RegistryFiles& files, const std::string& id, const std::string& group);

/// `what` is a digest in hex, or a file: an EK certificate (PEM or DER), or a TPMT_PUBLIC or TPM2B_PUBLIC.
/// `list` is the name that rules know the list by; may be empty.
[[nodiscard]] Result<void> list_endorsement(RegistryFiles& files, const std::string& what, const std::string& note,
                                            const std::string& list = {});
/// Puts all of a shipment list (shipment.h) on the EK list, or nothing. Rejected, naming file, line and column.
[[nodiscard]] Result<void> import_endorsements(RegistryFiles& files, const std::string& file, const std::string& note,
                                               const std::string& list = {});
[[nodiscard]] Result<void> show_endorsements(RegistryFiles& files);
/// Certificates of TPM makers, from a file or from every file of a folder.
[[nodiscard]] Result<void> add_roots(RegistryFiles& files, const std::string& path);
/// Them, by the fingerprints that rules name them by.
[[nodiscard]] Result<void> show_roots(RegistryFiles& files);

/// What every body of a group's document has to pass, whoever signs it: the form of its kind, and the table that reference values name is
/// here or beside the file (see below). Gives it back as JSON. Errors as set_document(), naming the file.
[[nodiscard]] Result<Json> check_body(RegistryFiles& files, protocol::DocumentKind kind, const std::string& text, const std::string& file,
                                      const std::string& table = {});

/// Signs a body with the authority keys found in the folder and stores it as the next version for the group; a serving registry
/// publishes it. `table` is the file that reference values name; empty: it is here already, stands beside the document as "ima.table", or
/// they name none. Denied: too few keys, or the table that they name is not here. Rejected: the body is not of that kind's form, or the
/// table is not the one that it names.
[[nodiscard]] Result<void> set_document(RegistryFiles& files, protocol::DocumentKind kind, const std::string& file,
                                        const std::string& group, const std::string& key_folder, const std::string& table = {});

/// The same unsigned, as a draft for keys that are elsewhere.
[[nodiscard]] Result<void> draft_document(RegistryFiles& files, protocol::DocumentKind kind, const std::string& file,
                                          const std::string& group, const std::string& table, const std::string& out);

}  // namespace anchor::registryd
