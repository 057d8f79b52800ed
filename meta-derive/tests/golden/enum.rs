const _: () = {
    const __VALUE_TYPE: &::meta_core::ty::Enum = &::meta_core::ty::Enum {
        name: "RssType",
        kind: ::meta_core::ty::Kind::U8,
        values: &[
            ::meta_core::ty::Enumerator {
                name: "RSS_TYPE_NONE",
                value: RssType::None as i64,
            },
            ::meta_core::ty::Enumerator {
                name: "RSS_TYPE_TCP4",
                value: RssType::Tcp4 as i64,
            },
            ::meta_core::ty::Enumerator {
                name: "RSS_TYPE_IP4",
                value: RssType::Ip4 as i64,
            },
        ],
    };
    #[automatically_derived]
    impl ::meta_core::ty::Described for RssType {
        const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::Enum(__VALUE_TYPE);
    }
    #[automatically_derived]
    impl ::meta_core::value::Value for RssType {
        const ZERO: Self = Self::from_bits(0);
        type Bytes = <u8 as ::meta_core::value::Value>::Bytes;
        #[inline(always)]
        fn masked(self, present: bool) -> Self::Bytes {
            ::meta_core::value::Value::masked(self as u8, present)
        }
        #[inline(always)]
        fn from_bytes(bytes: Self::Bytes) -> Self {
            Self::from_bits(u8::from_ne_bytes(bytes) as u64)
        }
        #[inline(always)]
        fn number(self) -> ::core::option::Option<u64> {
            ::meta_core::value::Value::number(self as u8)
        }
    }
    #[automatically_derived]
    impl ::meta_core::bits::Bits for RssType {
        const WIDTH: u32 = u8::BITS;
        #[inline(always)]
        fn from_bits(bits: u64) -> Self {
            Self::from_bits(bits)
        }
        #[inline(always)]
        fn to_bits(self) -> u64 {
            self.to_bits()
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl RssType {
        ///The value of a number; `None` for one without a name. Bits above the lowest [`u8`] are dropped.
        #[inline(always)]
        #[must_use]
        pub const fn from_bits(bits: u64) -> Self {
            match bits as u8 {
                number if number == Self::Tcp4 as u8 => Self::Tcp4,
                number if number == Self::Ip4 as u8 => Self::Ip4,
                _ => Self::None,
            }
        }
        /// The number of a value; of a negative one, its two's complement.
        #[inline(always)]
        #[must_use]
        pub const fn to_bits(self) -> u64 {
            self as u8 as u64
        }
    }
};
