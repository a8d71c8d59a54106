#ifndef UNIGRAM_SEGMENTER_HPP
#define UNIGRAM_SEGMENTER_HPP

#include <sentencepiece_processor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Cuts normalised text into the pieces with the largest sum of scores (Viterbi).
///
/// The library's own segmentation up to 0.1.97 adds scores in double but keeps sums in float, so that of two segmentations with
/// equal scores ("..." as ". .." or ".. .") it picks another one than later releases, which stay in float. Published token ids
/// come from later releases; hence this search, in float throughout. The first segmentation found wins a tie.
class UnigramSegmenter {
public:
    struct Piece {
        int32_t id;
        size_t end;
    };

    explicit UnigramSegmenter(const sentencepiece::SentencePieceProcessor &processor);

    /// @param text normalised UTF-8.
    /// @return the pieces in order; neighbouring unknown ones are merged into one.
    std::vector<Piece> segment(std::string_view text) const;

private:
    struct Entry {
        int32_t id;
        float score;
    };

    std::unordered_map<std::string, Entry> entries;
    size_t longest_piece = 0;
    float unknown_score = 0;
    int32_t unknown_id = 0;
};

#endif
