#include "UnigramSegmenter.hpp"

#include <algorithm>
#include <limits>

namespace {

/// Subtracted from the lowest score for a character that no piece covers. Source: unigram_model.cc of SentencePiece.
constexpr float unknown_penalty = 10.0f;

size_t character_bytes(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xE0) return 2;
    return lead < 0xF0 ? 3 : 4;
}

/// The best way to reach a position.
struct Arrival {
    float score = 0;
    size_t start = 0;
    int32_t id = 0;
    bool is_reached = false;

    void offer(float candidate, size_t from, int32_t piece) {
        if (is_reached && !(candidate > score)) return;
        *this = Arrival{candidate, from, piece, true};
    }
};

}  // namespace

UnigramSegmenter::UnigramSegmenter(const sentencepiece::SentencePieceProcessor &processor) {
    unknown_id = processor.unk_id();
    float lowest = std::numeric_limits<float>::max();
    for (int id = 0; id < processor.GetPieceSize(); ++id) {
        if (processor.IsControl(id) || processor.IsUnknown(id) || processor.IsUnused(id) || processor.IsByte(id)) continue;
        const std::string &piece = processor.IdToPiece(id);
        const float score = processor.GetScore(id);
        lowest = std::min(lowest, score);
        longest_piece = std::max(longest_piece, piece.size());
        entries.emplace(piece, Entry{id, score});
    }
    unknown_score = lowest - unknown_penalty;
}

std::vector<UnigramSegmenter::Piece> UnigramSegmenter::segment(std::string_view text) const {
    std::vector<Arrival> best(text.size() + 1);
    best[0].is_reached = true;
    std::string candidate;
    for (size_t start = 0; start < text.size();) {
        const float score = best[start].score;
        const size_t next = std::min(text.size(), start + character_bytes(static_cast<unsigned char>(text[start])));
        bool covers_character = false;
        const size_t limit = std::min(text.size(), start + longest_piece);
        for (size_t end = start + 1; end <= limit; ++end) {
            candidate.assign(text.substr(start, end - start));
            const auto found = entries.find(candidate);
            if (found == entries.end()) continue;
            best[end].offer(score + found->second.score, start, found->second.id);
            covers_character |= end == next;
        }
        if (!covers_character) best[next].offer(score + unknown_score, start, unknown_id);
        start = next;
    }
    std::vector<Piece> pieces;
    for (size_t end = text.size(); end > 0; end = best[end].start) {
        const bool continues_unknown = best[end].id == unknown_id && !pieces.empty() && pieces.back().id == unknown_id;
        if (!continues_unknown) pieces.push_back(Piece{best[end].id, end});
    }
    std::reverse(pieces.begin(), pieces.end());
    return pieces;
}
