package import Tensors

/// Decodes a large latent video piece by piece and blends the pieces where they overlap, to bound memory.
///
/// Every tile sees its own padding, so results differ from the untiled ones near every tile edge.
/// Source: `tiled_decode` and `_temporal_tiled_decode` of diffusers' AutoencoderKLLTXVideo; engine reference, section
/// "Tiled decoding".
package struct TiledDecoding: Sendable, Equatable {
    /// Which frame of every tile but the first is dropped.
    package enum Seam: Sendable, Equatable {
        /// As diffusers does: every later tile lags by one frame.
        case droppingLastFrame
        /// The first frame stands for one pixel frame only and is off in all tiles but the first; frames stay in step.
        case droppingFirstFrame
    }

    /// A tile's size and the step to the next one, in pixels or frames.
    package struct Extent: Sendable, Equatable {
        package var tile: Int
        package var stride: Int

        package init(tile: Int, stride: Int) {
            self.tile = tile
            self.stride = stride
        }

        /// Pixels or frames that neighbouring tiles share.
        var blend: Int { max(tile - stride, 0) }
    }

    package var rows: Extent
    package var columns: Extent
    /// Nil decodes all frames at once.
    package var frames: Extent?
    package var seam: Seam
    /// Pixels for each latent row and column, frames for each latent frame.
    package var spatialFactor: Int
    package var temporalFactor: Int

    /// The published defaults: 512 x 512 pixels every 448.
    package init(
        rows: Extent = Extent(tile: 512, stride: 448), columns: Extent = Extent(tile: 512, stride: 448),
        frames: Extent? = nil, seam: Seam = .droppingFirstFrame, spatialFactor: Int, temporalFactor: Int
    ) {
        precondition(spatialFactor > 0 && temporalFactor > 0, "tiles by factors \(spatialFactor), \(temporalFactor)")
        self.rows = rows
        self.columns = columns
        self.frames = frames
        self.seam = seam
        self.spatialFactor = spatialFactor
        self.temporalFactor = temporalFactor
        for (extent, factor) in [(rows, spatialFactor), (columns, spatialFactor)]
            + (frames.map { [($0, temporalFactor)] } ?? [])
        {
            precondition(
                extent.stride >= factor && extent.tile >= extent.stride, "tiles of \(extent) by a factor of \(factor)")
        }
    }

    /// Decodes `latents` with `decode`, in as many calls as there are tiles.
    ///
    /// - Parameters:
    ///   - latents: raw, `[batch, channels, frames, rows, columns]`.
    ///   - decode: turns latents of a tile to pixels, `[batch, 3, frames', rows', columns']`.
    /// - Returns: `[batch, 3, frames', rows', columns']`.
    package func callAsFunction(_ latents: Tensor, decode: (Tensor) throws -> Tensor) rethrows -> Tensor {
        guard let frames, latents.shape[2] > frames.tile / temporalFactor else {
            return try decodeInSpace(latents, decode)
        }
        return try decodeInTime(latents, frames, decode)
    }

    private func decodeInTime(_ latents: Tensor, _ extent: Extent, _ decode: (Tensor) throws -> Tensor) rethrows
        -> Tensor
    {
        let (tile, stride) = (extent.tile / temporalFactor, extent.stride / temporalFactor)
        let frameCount = latents.shape[2]
        var pieces: [Tensor] = []
        var previous: Tensor?
        for start in Swift.stride(from: 0, to: frameCount, by: stride) {
            let part = latents.sliced(axis: 2, start..<min(start + tile + 1, frameCount))
            var decoded = try decodeInSpace(part, decode)
            if let above = previous {
                let count = decoded.shape[2]
                decoded = decoded.sliced(axis: 2, seam == .droppingLastFrame ? 0..<count - 1 : 1..<count)
                decoded = Self.blended(decoded, behind: above, over: extent.blend, axis: 2)
            }
            // The first tile has one frame more: the one that its first latent frame stands for.
            pieces.append(decoded.limited(to: extent.stride + (previous == nil ? 1 : 0), axis: 2))
            previous = decoded
        }
        return Tensor.concatenated(pieces.filter { $0.count > 0 }, axis: 2)
            .limited(to: (frameCount - 1) * temporalFactor + 1, axis: 2)
    }

    private func decodeInSpace(_ latents: Tensor, _ decode: (Tensor) throws -> Tensor) rethrows -> Tensor {
        let (rowCount, columnCount) = (latents.shape[3], latents.shape[4])
        let tile = (rows: rows.tile / spatialFactor, columns: columns.tile / spatialFactor)
        guard rowCount > tile.rows || columnCount > tile.columns else { return try decode(latents) }
        var bands: [Tensor] = []
        var above: [Tensor] = []
        for row in Swift.stride(from: 0, to: rowCount, by: rows.stride / spatialFactor) {
            let band = latents.sliced(axis: 3, row..<min(row + tile.rows, rowCount))
            var tiles: [Tensor] = []
            for column in Swift.stride(from: 0, to: columnCount, by: columns.stride / spatialFactor) {
                var decoded = try decode(band.sliced(axis: 4, column..<min(column + tile.columns, columnCount)))
                if !above.isEmpty {
                    decoded = Self.blended(decoded, behind: above[tiles.count], over: rows.blend, axis: 3)
                }
                if let left = tiles.last {
                    decoded = Self.blended(decoded, behind: left, over: columns.blend, axis: 4)
                }
                tiles.append(decoded)
            }
            let cropped = tiles.map { $0.limited(to: rows.stride, axis: 3).limited(to: columns.stride, axis: 4) }
            bands.append(Tensor.concatenated(cropped, axis: 4))
            above = tiles
        }
        return Tensor.concatenated(bands, axis: 3).limited(to: rowCount * spatialFactor, axis: 3)
            .limited(to: columnCount * spatialFactor, axis: 4)
    }

    /// `tile` with its first positions faded in from the last ones of its neighbour.
    private static func blended(_ tile: Tensor, behind neighbour: Tensor, over count: Int, axis: Int) -> Tensor {
        let length = neighbour.shape[axis]
        let count = min(count, length, tile.shape[axis])
        guard count > 0 else { return tile }
        var ramp = [Int](repeating: 1, count: tile.rank)
        ramp[axis] = count
        let share = Tensor((0..<count).map { Float($0) / Float(count) }, shape: ramp)
        let seam =
            neighbour.sliced(axis: axis, length - count..<length) * (1 - share)
            + tile.sliced(axis: axis, 0..<count) * share
        return Tensor.concatenated([seam, tile.sliced(axis: axis, count..<tile.shape[axis])], axis: axis)
    }
}

extension Tensor {
    /// At most the first `count` positions along `axis`.
    fileprivate func limited(to count: Int, axis: Int) -> Tensor {
        shape[axis] <= count ? self : sliced(axis: axis, 0..<count)
    }
}
