const _: () = {
    const __VALUE_TYPE: &::meta_core::ty::Composite = &::meta_core::ty::Composite {
        name: "Checksum",
        size: ::core::mem::size_of::<Checksum>(),
        align: ::core::mem::align_of::<Checksum>(),
        members: &::meta_core::ty::Member::in_order([
            ::meta_core::ty::Member::new(
                "sum",
                <Be16 as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(Checksum, sum),
            ),
            ::meta_core::ty::Member::range(
                "ip",
                <u8 as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(Checksum, seen),
                0u8,
                0u8,
            ),
            ::meta_core::ty::Member::range(
                "l4",
                <u8 as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(Checksum, seen),
                2u8,
                1u8,
            ),
            ::meta_core::ty::Member::range(
                "reserved",
                <u8 as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(Checksum, seen),
                7u8,
                3u8,
            ),
            ::meta_core::ty::Member::new(
                "_pad",
                <u8 as ::meta_core::ty::Described>::TYPE,
                ::core::mem::offset_of!(Checksum, _pad),
            ),
        ]),
    };
    #[automatically_derived]
    impl ::meta_core::ty::Described for Checksum {
        const TYPE: ::meta_core::ty::Type = ::meta_core::ty::Type::Struct(__VALUE_TYPE);
    }
    #[automatically_derived]
    impl ::meta_core::value::Value for Checksum {
        const ZERO: Self = Self {
            sum: <Be16 as ::meta_core::value::Value>::ZERO,
            seen: <u8 as ::meta_core::value::Value>::ZERO,
            _pad: <u8 as ::meta_core::value::Value>::ZERO,
        };
        type Bytes = [u8; ::core::mem::size_of::<Checksum>()];
        #[inline(always)]
        fn masked(self, present: bool) -> Self::Bytes {
            let mut bytes = [0; ::core::mem::size_of::<Checksum>()];
            ::meta_core::value::At::<
                { ::core::mem::offset_of!(Checksum, sum) },
            >::put(
                &mut bytes,
                <Be16 as ::meta_core::value::Value>::masked(self.sum, present),
            );
            ::meta_core::value::At::<
                { ::core::mem::offset_of!(Checksum, seen) },
            >::put(
                &mut bytes,
                <u8 as ::meta_core::value::Value>::masked(self.seen, present),
            );
            ::meta_core::value::At::<
                { ::core::mem::offset_of!(Checksum, _pad) },
            >::put(
                &mut bytes,
                <u8 as ::meta_core::value::Value>::masked(self._pad, present),
            );
            bytes
        }
        #[inline(always)]
        fn from_bytes(bytes: Self::Bytes) -> Self {
            Self {
                sum: <Be16 as ::meta_core::value::Value>::from_bytes(
                    ::meta_core::value::At::<
                        { ::core::mem::offset_of!(Checksum, sum) },
                    >::get(&bytes),
                ),
                seen: <u8 as ::meta_core::value::Value>::from_bytes(
                    ::meta_core::value::At::<
                        { ::core::mem::offset_of!(Checksum, seen) },
                    >::get(&bytes),
                ),
                _pad: <u8 as ::meta_core::value::Value>::from_bytes(
                    ::meta_core::value::At::<
                        { ::core::mem::offset_of!(Checksum, _pad) },
                    >::get(&bytes),
                ),
            }
        }
        #[inline(always)]
        fn number(self) -> ::core::option::Option<u64> {
            ::core::option::Option::None
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl Checksum {
        ///Bit 0 of `seen`.
        #[inline(always)]
        #[must_use]
        pub const fn ip(self) -> bool {
            self.seen & 0x1 != 0
        }
        ///The same with another `ip`, bit 0 of `seen`; bits that do not fit are dropped.
        #[inline(always)]
        #[must_use]
        pub const fn with_ip(mut self, value: bool) -> Self {
            self.seen = (self.seen & 0xfe) | (value as u8);
            self
        }
        ///Bits 2 to 1 of `seen`.
        #[inline(always)]
        #[must_use]
        pub const fn l4(self) -> u8 {
            (self.seen >> 1) & 0x3
        }
        ///The same with another `l4`, bits 2 to 1 of `seen`; bits that do not fit are dropped.
        #[inline(always)]
        #[must_use]
        pub const fn with_l4(mut self, value: u8) -> Self {
            self.seen = (self.seen & 0xf9) | (((value & 0x3)) << 1);
            self
        }
    }
};
