// SPDX-License-Identifier: Apache-2.0
#include "gateway_policy.h"

#include <algorithm>
#include <cstdlib>

namespace anchor::bench {
namespace {

using cel::Kind;
using cel::Type;
using cel::TypeKind;
using cel::Value;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

struct Named {
    std::string_view name;
    Type type;
    Value (*value)(const Claims&, cel::Arena&);
};

template <auto Member>
Value read(const Claims& claims, cel::Arena& arena) {
    const auto& content = claims.*Member;
    using Content = std::remove_cvref_t<decltype(content)>;
    if constexpr (std::is_same_v<Content, bool>) {
        return Value::boolean(content);
    } else if constexpr (std::is_same_v<Content, std::int64_t>) {
        return Value::integer(content);
    } else if constexpr (std::is_same_v<Content, double>) {
        return Value::real(content);
    } else if constexpr (std::is_same_v<Content, nanoseconds>) {
        return Value::duration(content);
    } else if constexpr (std::is_same_v<Content, std::string>) {
        return Value::string(content);
    } else {
        std::vector<Value> elements;
        for (const auto& element : content) {
            if constexpr (std::is_same_v<typename Content::value_type, std::string>) {
                elements.push_back(Value::string(element));
            } else {
                elements.push_back(Value::integer(element));
            }
        }
        return make_list(arena, elements);
    }
}

const std::vector<Named>& table_of_claims() {
    static const std::vector<Named> table{
        {"boot.secure_boot", TypeKind::Bool, read<&Claims::secure_boot>},
        {"boot.event_log_ok", TypeKind::Bool, read<&Claims::event_log_ok>},
        {"boot.pcrs_match", TypeKind::Bool, read<&Claims::pcrs_match>},
        {"boot.kernel", TypeKind::String, read<&Claims::kernel>},
        {"boot.count", TypeKind::Int, read<&Claims::boots>},
        {"tpm.present", TypeKind::Bool, read<&Claims::tpm_present>},
        {"tpm.firmware", TypeKind::String, read<&Claims::firmware>},
        {"tpm.manufacturer", TypeKind::String, read<&Claims::manufacturer>},
        {"tpm.lockout", TypeKind::Int, read<&Claims::lockout>},
        {"identity.hardware_bound", TypeKind::Bool, read<&Claims::hardware_bound>},
        {"identity.enrolled", TypeKind::Bool, read<&Claims::enrolled>},
        {"identity.certificate_left", TypeKind::Duration, read<&Claims::certificate_left>},
        {"ima.unknown_files", TypeKind::Int, read<&Claims::unknown_files>},
        {"ima.violations", TypeKind::Int, read<&Claims::violations>},
        {"ima.policy", TypeKind::String, read<&Claims::ima_policy>},
        {"os.lockdown", TypeKind::String, read<&Claims::lockdown>},
        {"os.tainted", TypeKind::Int, read<&Claims::tainted>},
        {"os.name", TypeKind::String, read<&Claims::os_name>},
        {"os.version", TypeKind::String, read<&Claims::version>},
        {"os.uptime", TypeKind::Duration, read<&Claims::uptime>},
        {"os.outdated_packages", TypeKind::Int, read<&Claims::outdated>},
        {"os.apparmor", TypeKind::Bool, read<&Claims::apparmor>},
        {"net.gateway", TypeKind::String, read<&Claims::gateway>},
        {"net.default_route", TypeKind::Bool, read<&Claims::default_route>},
        {"net.listening", Type::list(TypeKind::Int), read<&Claims::listening>},
        {"net.interfaces", Type::list(TypeKind::String), read<&Claims::interfaces>},
        {"time.synchronized", TypeKind::Bool, read<&Claims::synchronized>},
        {"time.offset", TypeKind::Duration, read<&Claims::offset>},
        {"registry.fresh_age", TypeKind::Duration, read<&Claims::fresh_age>},
        {"registry.connected", TypeKind::Bool, read<&Claims::connected>},
        {"registry.standing", TypeKind::String, read<&Claims::standing>},
        {"telemetry.temperature", TypeKind::Double, read<&Claims::temperature>},
        {"telemetry.disk_free", TypeKind::Double, read<&Claims::disk_free>},
        {"telemetry.memory_free", TypeKind::Double, read<&Claims::memory_free>},
        {"plc.vibration_rms", TypeKind::Double, read<&Claims::vibration>},
        {"plc.firmware", TypeKind::String, read<&Claims::plc_firmware>},
        {"plc.mode", TypeKind::String, read<&Claims::mode>},
        {"app.restarts", TypeKind::Int, read<&Claims::restarts>},
        {"device.site", TypeKind::String, read<&Claims::site>},
        {"device.revision", TypeKind::Int, read<&Claims::boots>},
    };
    return table;
}

enum class Test : std::uint8_t { IsTrue, Equal, Less, Greater };

// A row of the flat table: one claim, one comparison, the rule that it belongs to.
struct Row {
    std::uint32_t slot = 0;
    Test test = Test::IsTrue;
    Value operand;
    std::uint32_t rule = 0;
};

std::uint32_t slot(std::string_view name) {
    const auto& table = table_of_claims();
    const auto found = std::find_if(table.begin(), table.end(), [&](const Named& one) { return one.name == name; });
    if (found == table.end()) std::abort();
    return static_cast<std::uint32_t>(found - table.begin());
}

std::vector<Row> make_rows() {
    const auto yes = [](std::string_view name, std::uint32_t rule) { return Row{slot(name), Test::IsTrue, {}, rule}; };
    const auto is = [](std::string_view name, Test test, Value operand, std::uint32_t rule) {
        return Row{slot(name), test, operand, rule};
    };
    return {
        yes("boot.secure_boot", 0),
        yes("boot.event_log_ok", 1),
        yes("boot.pcrs_match", 1),
        yes("tpm.present", 2),
        is("tpm.lockout", Test::Less, Value::integer(5), 2),
        is("tpm.manufacturer", Test::Equal, Value::string("IFX"), 3),
        yes("identity.hardware_bound", 4),
        is("identity.certificate_left", Test::Greater, Value::duration(hours(72)), 5),
        is("ima.violations", Test::Equal, Value::integer(0), 6),
        is("ima.unknown_files", Test::Equal, Value::integer(0), 6),
        is("os.lockdown", Test::Equal, Value::string("integrity"), 7),
        is("os.tainted", Test::Equal, Value::integer(0), 8),
        is("os.version", Test::Equal, Value::string("12.5"), 9),
        is("os.uptime", Test::Less, Value::duration(hours(2160)), 10),
        yes("net.default_route", 11),
        yes("time.synchronized", 12),
        is("time.offset", Test::Greater, Value::duration(seconds(-2)), 12),
        is("time.offset", Test::Less, Value::duration(seconds(2)), 12),
        is("registry.fresh_age", Test::Less, Value::duration(hours(168)), 13),
        is("registry.standing", Test::Equal, Value::string("active"), 13),
        is("telemetry.temperature", Test::Greater, Value::real(-20), 14),
        is("telemetry.temperature", Test::Less, Value::real(85), 14),
        is("telemetry.disk_free", Test::Greater, Value::real(0.1), 15),
        is("plc.vibration_rms", Test::Less, Value::real(4.5), 16),
        is("plc.mode", Test::Equal, Value::string("automatic"), 17),
        is("app.restarts", Test::Less, Value::integer(10), 18),
        is("device.site", Test::Equal, Value::string("plant-7"), 19),
    };
}

bool holds(const Row& row, const Value& value) {
    switch (row.test) {
        case Test::IsTrue: return value.is_true();
        case Test::Equal:
            return value.is(Kind::String) ? value.as_string() == row.operand.as_string() : value.as_int() == row.operand.as_int();
        case Test::Less:
            if (value.is(Kind::Double)) return value.as_double() < row.operand.as_double();
            return value.is(Kind::Int) ? value.as_int() < row.operand.as_int() : value.as_duration() < row.operand.as_duration();
        case Test::Greater:
            if (value.is(Kind::Double)) return value.as_double() > row.operand.as_double();
            return value.is(Kind::Int) ? value.as_int() > row.operand.as_int() : value.as_duration() > row.operand.as_duration();
    }
    return false;
}

}  // namespace

const std::array<std::string_view, kRules>& rule_texts() {
    static const std::array<std::string_view, kRules> texts{
        "boot.secure_boot",
        "boot.event_log_ok && boot.pcrs_match",
        "tpm.present && tpm.lockout < 5",
        "tpm.manufacturer in ['IFX', 'STM', 'NTC', 'INTC']",
        "identity.hardware_bound",
        "identity.certificate_left > duration('72h')",
        "ima.violations == 0 && ima.unknown_files == 0",
        "os.lockdown in ['integrity', 'confidentiality']",
        "os.tainted == 0",
        "os.version.startsWith('12.') || os.version.startsWith('13.')",
        "os.uptime < duration('2160h')",
        "net.listening.all(port, port in [22, 443, 8883])",
        "time.synchronized && time.offset > duration('-2s') && time.offset < duration('2s')",
        "registry.fresh_age < duration('24h') || (registry.standing == 'active' && registry.fresh_age < duration('168h'))",
        "telemetry.temperature >= -20.0 && telemetry.temperature <= 85.0",
        "telemetry.disk_free > 0.1",
        "plc.vibration_rms < 4.5",
        "plc.mode != 'maintenance'",
        "app.restarts < 10 ? true : registry.connected",
        "device.site == 'plant-7' || net.interfaces.exists(name, name == 'eth0')",
    };
    return texts;
}

cel::Environment make_environment() {
    cel::Environment environment;
    for (const Named& claim : table_of_claims()) {
        if (!environment.declare(std::string(claim.name), claim.type).has_value()) std::abort();
    }
    return environment;
}

std::vector<Value> as_values(const Claims& claims, cel::Arena& arena) {
    std::vector<Value> values;
    for (const Named& claim : table_of_claims()) values.push_back(claim.value(claims, arena));
    return values;
}

std::uint32_t judge_by_hand(const Claims& c) {
    const auto allowed = [](std::int64_t port) { return port == 22 || port == 443 || port == 8883; };
    const std::array<bool, kRules> verdicts{
        c.secure_boot,
        c.event_log_ok && c.pcrs_match,
        c.tpm_present && c.lockout < 5,
        c.manufacturer == "IFX" || c.manufacturer == "STM" || c.manufacturer == "NTC" || c.manufacturer == "INTC",
        c.hardware_bound,
        c.certificate_left > hours(72),
        c.violations == 0 && c.unknown_files == 0,
        c.lockdown == "integrity" || c.lockdown == "confidentiality",
        c.tainted == 0,
        c.version.starts_with("12.") || c.version.starts_with("13."),
        c.uptime < hours(2160),
        std::all_of(c.listening.begin(), c.listening.end(), allowed),
        c.synchronized && c.offset > seconds(-2) && c.offset < seconds(2),
        c.fresh_age < hours(24) || (c.standing == "active" && c.fresh_age < hours(168)),
        c.temperature >= -20.0 && c.temperature <= 85.0,
        c.disk_free > 0.1,
        c.vibration < 4.5,
        c.mode != "maintenance",
        c.restarts < 10 || c.connected,
        c.site == "plant-7" || std::find(c.interfaces.begin(), c.interfaces.end(), "eth0") != c.interfaces.end(),
    };
    std::uint32_t failed = 0;
    for (std::size_t i = 0; i < kRules; ++i) failed |= (verdicts[i] ? 0U : 1U) << i;
    return failed;
}

std::uint32_t judge_by_table(const std::vector<Value>& values) {
    static const std::vector<Row> rows = make_rows();
    std::uint32_t failed = 0;
    for (const Row& row : rows) failed |= (holds(row, values[row.slot]) ? 0U : 1U) << row.rule;
    return failed;
}

}  // namespace anchor::bench
