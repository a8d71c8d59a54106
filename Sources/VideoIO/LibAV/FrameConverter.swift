import CLibAV

/// Converts pictures between pixel formats, matrices, ranges and sizes with libswscale, accurate rather than fast.
final class FrameConverter {
    /// What one side of a conversion looks like.
    struct Layout: Equatable {
        var width: Int
        var height: Int
        var format: AVPixelFormat
        /// The luma matrix, one of `SWS_CS_…`; ignored for RGB.
        var matrix: Int32 = SWS_CS_ITU709
        /// 0...255 rather than 16...235; ignored for RGB.
        var isFullRange = false
        /// Horizontal and vertical place of a chroma sample in 1/256 of a luma sample. The default, left of centre,
        /// is that of MPEG-2 and later.
        var chromaX: Int64 = 0
        var chromaY: Int64 = 128
    }

    let source: Layout
    let target: Layout
    private var context: OpaquePointer?

    init(from source: Layout, to target: Layout) throws(LibraryError) {
        self.source = source
        self.target = target
        context = sws_alloc_context()
        guard let context else { throw .outOfMemory }
        let options: [(String, Int64)] = [
            ("srcw", Int64(source.width)), ("srch", Int64(source.height)),
            ("src_format", Int64(source.format.rawValue)),
            ("dstw", Int64(target.width)), ("dsth", Int64(target.height)),
            ("dst_format", Int64(target.format.rawValue)),
            ("sws_flags", Int64(Self.flags(from: source, to: target))),
        ]
        for (name, value) in options { try Self.set(name, value, in: context) }
        if Self.hasSubsampledChroma(source.format) {
            try Self.set("src_h_chr_pos", source.chromaX, in: context)
            try Self.set("src_v_chr_pos", source.chromaY, in: context)
        }
        if Self.hasSubsampledChroma(target.format) {
            try Self.set("dst_h_chr_pos", target.chromaX, in: context)
            try Self.set("dst_v_chr_pos", target.chromaY, in: context)
        }
        // Formats without a matrix (grey) refuse, and need none.
        _ = sws_setColorspaceDetails(
            context, sws_getCoefficients(source.matrix), source.isFullRange ? 1 : 0,
            sws_getCoefficients(target.matrix), target.isFullRange ? 1 : 0, 0, 1 << 16, 1 << 16)
        try check(sws_init_context(context, nil, nil))
    }

    deinit { sws_freeContext(context) }

    /// Converts a whole picture; both frames have the layouts given at the start.
    func convert(_ input: LibraryFrame, into output: LibraryFrame) throws(LibraryError) {
        guard let from = input.pointer?.pointee, let to = output.pointer?.pointee else { throw .outOfMemory }
        let sourcePlanes = [from.data.0, from.data.1, from.data.2, from.data.3].map { plane in
            plane.map { UnsafePointer($0) }
        }
        let sourceStrides = [from.linesize.0, from.linesize.1, from.linesize.2, from.linesize.3]
        let targetPlanes = [to.data.0, to.data.1, to.data.2, to.data.3]
        let targetStrides = [to.linesize.0, to.linesize.1, to.linesize.2, to.linesize.3]
        try check(
            sws_scale(
                context, sourcePlanes, sourceStrides, 0, Int32(source.height), targetPlanes, targetStrides))
    }

    private static func flags(from source: Layout, to target: Layout) -> Int32 {
        let isSmaller = target.width < source.width || target.height < source.height
        return (isSmaller ? SWS_AREA : SWS_BICUBIC) | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
    }

    private static func set(_ name: String, _ value: Int64, in context: OpaquePointer) throws(LibraryError) {
        try check(av_opt_set_int(UnsafeMutableRawPointer(context), name, value, 0))
    }

    private static func hasSubsampledChroma(_ format: AVPixelFormat) -> Bool {
        guard let descriptor = av_pix_fmt_desc_get(format)?.pointee else { return false }
        return descriptor.log2_chroma_w > 0 || descriptor.log2_chroma_h > 0
    }
}
