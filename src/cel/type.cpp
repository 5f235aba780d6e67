// SPDX-License-Identifier: Apache-2.0
#include <anchor/cel/type.h>

#include <array>

namespace anchor::cel {

struct Type::Detail {
    std::string name;
    std::vector<Type> parameters;
};

namespace {

struct NamedKind {
    TypeKind kind;
    std::string_view name;      // what type() yields and what the specification calls it
    std::string_view spelling;  // what to_string() writes
    std::size_t parameters;
};

constexpr std::array kNames{
    NamedKind{TypeKind::Dyn, "dyn", "dyn", 0},
    NamedKind{TypeKind::Null, "null_type", "null_type", 0},
    NamedKind{TypeKind::Bool, "bool", "bool", 0},
    NamedKind{TypeKind::Int, "int", "int", 0},
    NamedKind{TypeKind::Uint, "uint", "uint", 0},
    NamedKind{TypeKind::Double, "double", "double", 0},
    NamedKind{TypeKind::String, "string", "string", 0},
    NamedKind{TypeKind::Bytes, "bytes", "bytes", 0},
    NamedKind{TypeKind::Timestamp, "google.protobuf.Timestamp", "timestamp", 0},
    NamedKind{TypeKind::Duration, "google.protobuf.Duration", "duration", 0},
    NamedKind{TypeKind::Ip, "net.IP", "net.IP", 0},
    NamedKind{TypeKind::Cidr, "net.CIDR", "net.CIDR", 0},
    NamedKind{TypeKind::List, "list", "list", 1},
    NamedKind{TypeKind::Map, "map", "map", 2},
    NamedKind{TypeKind::Optional, "optional_type", "optional_type", 1},
    NamedKind{TypeKind::Type, "type", "type", 1},
};

const NamedKind* find(TypeKind kind) {
    for (const NamedKind& named : kNames) {
        if (named.kind == kind) return &named;
    }
    return nullptr;
}

const NamedKind* find(std::string_view text) {
    for (const NamedKind& named : kNames) {
        if (named.name == text || named.spelling == text) return &named;
    }
    return nullptr;
}

class TypeReader {
public:
    TypeReader(std::string_view text, UnknownNames unknown) : text_(text), unknown_(unknown) {}

    Result<Type> read_all() {
        ANCHOR_ASSIGN_OR_RETURN(Type type, read(0));
        skip_blanks();
        if (at_ != text_.size()) return wrong("the end");
        return type;
    }

private:
    static constexpr int kMaxDepth = 16;

    Error wrong(std::string_view expected) const {
        return rejected("type: expected " + std::string(expected) + " at offset " + std::to_string(at_));
    }
    void skip_blanks() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    bool take(char c) {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    std::string_view read_name() {
        skip_blanks();
        const std::size_t begin = at_;
        const auto part = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        };
        while (at_ < text_.size() && part(text_[at_])) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    Result<std::vector<Type>> read_parameters(int depth) {
        std::vector<Type> parameters;
        if (!take('(')) return parameters;
        do {
            ANCHOR_ASSIGN_OR_RETURN(Type parameter, read(depth + 1));
            parameters.push_back(std::move(parameter));
        } while (take(','));
        if (!take(')')) return wrong("',' or ')'");
        return parameters;
    }

    Result<Type> read(int depth) {
        if (depth > kMaxDepth) return rejected("type: more than 16 levels");
        const std::string_view name = read_name();
        if (name.empty()) return wrong("a type name");
        const NamedKind* named = find(name);
        const bool is_parameter = named == nullptr && name[0] >= 'A' && name[0] <= 'Z' && name.find('.') == std::string_view::npos;
        if (named == nullptr && !is_parameter && unknown_ == UnknownNames::Refused) {
            return rejected("type: there is no type '" + std::string(name) + "'");
        }
        ANCHOR_ASSIGN_OR_RETURN(std::vector<Type> parameters, read_parameters(depth));
        if (is_parameter && parameters.empty()) return Type::parameter(std::string(name));
        if (named == nullptr) return Type::opaque(std::string(name), std::move(parameters));
        return make(*named, std::move(parameters));
    }

    // A container without parameters holds anything.
    Result<Type> make(const NamedKind& named, std::vector<Type> parameters) const {
        if (parameters.empty()) parameters.resize(named.parameters);
        if (parameters.size() != named.parameters) {
            return rejected("type: '" + std::string(named.spelling) + "' takes " + std::to_string(named.parameters) + " parameters");
        }
        switch (named.kind) {
            case TypeKind::List: return Type::list(parameters[0]);
            case TypeKind::Map: return Type::map(parameters[0], parameters[1]);
            case TypeKind::Optional: return Type::optional(parameters[0]);
            case TypeKind::Type: return Type::type(parameters[0]);
            default: return Type(named.kind);
        }
    }

    std::string_view text_;
    UnknownNames unknown_;
    std::size_t at_ = 0;
};

}  // namespace

Type::Type(TypeKind kind, std::string name, std::vector<Type> parameters)
    : kind_(kind), detail_(std::make_shared<const Detail>(Detail{std::move(name), std::move(parameters)})) {}

Type Type::list(Type element) { return {TypeKind::List, {}, {std::move(element)}}; }
Type Type::map(Type key, Type value) { return {TypeKind::Map, {}, {std::move(key), std::move(value)}}; }
Type Type::optional(Type value) { return {TypeKind::Optional, {}, {std::move(value)}}; }
Type Type::type(Type which) { return {TypeKind::Type, {}, {std::move(which)}}; }
Type Type::opaque(std::string name, std::vector<Type> parameters) { return {TypeKind::Opaque, std::move(name), std::move(parameters)}; }
Type Type::parameter(std::string name) { return {TypeKind::Parameter, std::move(name), {}}; }

std::span<const Type> Type::parameters() const noexcept {
    if (detail_ == nullptr) return {};
    return detail_->parameters;
}

std::string_view Type::name() const noexcept {
    if (const NamedKind* named = find(kind_)) return named->name;
    return detail_->name;
}

bool Type::same(const Type& a, const Type& b) noexcept {
    if (a.kind_ != b.kind_) return false;
    if (a.detail_ == b.detail_) return true;
    if (a.detail_ == nullptr || b.detail_ == nullptr) return false;
    return a.detail_->name == b.detail_->name && a.detail_->parameters == b.detail_->parameters;
}

std::string to_string(const Type& type) {
    const NamedKind* named = find(type.kind());
    std::string text(named != nullptr ? named->spelling : type.name());
    const auto parameters = type.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        text += i == 0 ? "(" : ", ";
        text += to_string(parameters[i]);
    }
    if (!parameters.empty()) text += ")";
    return text;
}

Result<Type> parse_type(std::string_view text, UnknownNames unknown) { return TypeReader(text, unknown).read_all(); }

}  // namespace anchor::cel
