/// Steps along time, rows and columns: how much a block compresses or expands each axis.
package struct AxisSteps: Sendable, Equatable {
    package var time: Int
    package var rows: Int
    package var columns: Int

    package init(time: Int, rows: Int, columns: Int) {
        self.time = time
        self.rows = rows
        self.columns = columns
    }

    /// How many positions become one.
    package var product: Int { time * rows * columns }
}

/// One entry of a block list of the video autoencoder's config, such as `["compress_all", {"multiplier": 2}]`.
///
/// Source: engine reference, section "VAE, building blocks"; `encoder_blocks` and `decoder_blocks` of ltx_video.
package struct VideoAutoencoderBlock: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// `res_x`: residual blocks of one width.
        case residual
        /// `res_x_y`: one residual block that changes the width.
        case widening
        /// `compress_all`, `compress_space`, `compress_time`.
        case compress(AxisSteps)
        /// `compress_all_res` and its siblings: space-to-depth with a shortcut. Encoder only.
        case compressWithShortcut(AxisSteps)
    }

    package var kind: Kind
    /// `num_layers` of a ``Kind/residual`` block.
    package var layerCount = 1
    /// The factor between the widths on both sides; nil where the config leaves it to the kind's default.
    package var multiplier: Int?
    /// Whether the residual blocks add random noise to their activations. Decoder only.
    package var injectsNoise = false
    /// Whether a decoder's ``Kind/compress(_:)`` adds its rearranged input. Decoder only.
    package var hasShortcut = false
}

extension VideoAutoencoderBlock: Decodable {
    private enum Option: String, CodingKey {
        case layerCount = "num_layers"
        case multiplier
        case injectsNoise = "inject_noise"
        case hasShortcut = "residual"
    }

    /// The spellings of the config.
    private static let kinds: [String: Kind] = [
        "res_x": .residual,
        "res_x_y": .widening,
        "compress_all": .compress(.all), "compress_space": .compress(.space), "compress_time": .compress(.time),
        "compress_all_res": .compressWithShortcut(.all), "compress_space_res": .compressWithShortcut(.space),
        "compress_time_res": .compressWithShortcut(.time),
    ]

    package init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        let name = try values.decode(String.self)
        guard let kind = Self.kinds[name] else {
            throw ModelError.unsupportedSetting(
                component: VideoAutoencoderConfiguration.component, key: "blocks", value: name,
                supported: Self.kinds.keys.sorted().joined(separator: ", "))
        }
        self.init(kind: kind)
        if let count = try? values.decode(Int.self) {
            // An integer is the layer count of `res_x` and says nothing elsewhere.
            layerCount = kind == .residual ? count : 1
        } else if !values.isAtEnd {
            let options = try values.nestedContainer(keyedBy: Option.self)
            layerCount = try options.decodeIfPresent(Int.self, forKey: .layerCount) ?? 1
            multiplier = try options.decodeIfPresent(Int.self, forKey: .multiplier)
            injectsNoise = try options.decodeIfPresent(Bool.self, forKey: .injectsNoise) ?? false
            hasShortcut = try options.decodeIfPresent(Bool.self, forKey: .hasShortcut) ?? false
        }
        guard layerCount > 0, multiplier ?? 1 > 0 else {
            throw ModelError.unsupportedSetting(
                component: VideoAutoencoderConfiguration.component, key: name,
                value: "num_layers \(layerCount), multiplier \(multiplier ?? 1)", supported: "positive")
        }
    }
}

extension AxisSteps {
    package static let all = AxisSteps(time: 2, rows: 2, columns: 2)
    package static let space = AxisSteps(time: 1, rows: 2, columns: 2)
    package static let time = AxisSteps(time: 2, rows: 1, columns: 1)
}
