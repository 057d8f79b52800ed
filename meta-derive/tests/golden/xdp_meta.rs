///What is captured of a packet beside its descriptor, for [`RxMeta`].
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct RxCaptures {
    /// When it came.
    pub rx_timestamp: ::meta_core::meta::Capture<u64>,
}
#[automatically_derived]
impl ::core::default::Default for RxCaptures {
    #[inline(always)]
    fn default() -> Self {
        Self {
            rx_timestamp: ::core::default::Default::default(),
        }
    }
}
const _: () = {
    const __XDP_META_ID_RX_TIMESTAMP: u16 = ::meta_core::hint::RX_TIMESTAMP;
    const __XDP_META_FIELD_RX_TIMESTAMP: ::meta_core::field::Field = ::meta_core::field::Field::new(
            __XDP_META_ID_RX_TIMESTAMP,
            "rx_timestamp",
            <u64 as ::meta_core::value::Value>::DESCRIPTION,
        )
        .hint("rx_timestamp")
        .unit("ns");
    const __XDP_META_ID_RX_HASH: u16 = ::meta_core::hint::RX_HASH;
    const __XDP_META_FIELD_RX_HASH: ::meta_core::field::Field = ::meta_core::field::Field::new(
            __XDP_META_ID_RX_HASH,
            "rx_hash",
            <u32 as ::meta_core::value::Value>::DESCRIPTION,
        )
        .knobs(1u32)
        .hint("rx_hash");
    const __XDP_META_ID_QUEUE: u16 = 32768u16;
    const __XDP_META_FIELD_QUEUE: ::meta_core::field::Field = ::meta_core::field::Field::new(
            __XDP_META_ID_QUEUE,
            "queue",
            <u8 as ::meta_core::value::Value>::DESCRIPTION,
        )
        .bits(4u8);
    const __XDP_META_FIELDS_NONE: [::meta_core::field::Field; 2usize] = ::meta_core::layout::pack([
        __XDP_META_FIELD_RX_TIMESTAMP,
        __XDP_META_FIELD_QUEUE,
    ]);
    const __XDP_META_LAYOUT_NONE: ::meta_core::layout::Layout = ::meta_core::layout::Layout::new(
        "nic_rx_none",
        0u32,
        &__XDP_META_FIELDS_NONE,
    );
    const __XDP_META_BLOB_NONE: ::meta_core::btf::Blob = ::meta_core::btf::layout_blob(
        &__XDP_META_LAYOUT_NONE,
    );
    static __XDP_META_BTF_NONE: [u8; __XDP_META_BTF_LEN] = __XDP_META_BLOB_NONE.bytes();
    const __XDP_META_FIELDS_HASH: [::meta_core::field::Field; 3usize] = ::meta_core::layout::pack([
        __XDP_META_FIELD_RX_TIMESTAMP,
        __XDP_META_FIELD_RX_HASH,
        __XDP_META_FIELD_QUEUE,
    ]);
    const __XDP_META_LAYOUT_HASH: ::meta_core::layout::Layout = ::meta_core::layout::Layout::new(
        "nic_rx_hash",
        1u32,
        &__XDP_META_FIELDS_HASH,
    );
    const __XDP_META_BLOB_HASH: ::meta_core::btf::Blob = ::meta_core::btf::layout_blob(
        &__XDP_META_LAYOUT_HASH,
    );
    static __XDP_META_BTF_HASH: [u8; __XDP_META_BTF_LEN] = __XDP_META_BLOB_HASH.bytes();
    const __XDP_META_BTF_LEN: usize = ::meta_core::btf::longest(
        &[__XDP_META_BLOB_NONE.len(), __XDP_META_BLOB_HASH.len()],
    );
    static __XDP_META_LAYOUTS: [::meta_core::layout::Layout; 2usize] = [
        __XDP_META_LAYOUT_NONE,
        __XDP_META_LAYOUT_HASH,
    ];
    const __XDP_META_SUPERSET_FIELDS: [::meta_core::field::Field; 3usize] = ::meta_core::layout::pack([
        __XDP_META_FIELD_RX_TIMESTAMP,
        __XDP_META_FIELD_RX_HASH,
        __XDP_META_FIELD_QUEUE,
    ]);
    static __XDP_META_SUPERSET: ::meta_core::layout::Layout = ::meta_core::layout::Layout::new(
        "nic_rx",
        1u32,
        &__XDP_META_SUPERSET_FIELDS,
    );
    const _: () = assert!(
        __XDP_META_FIELD_RX_TIMESTAMP.is_its_hint(),
        "`rx_timestamp` is the hint `rx_timestamp`, so its type must be `u64`"
    );
    const _: () = assert!(
        __XDP_META_FIELD_RX_HASH.is_its_hint(),
        "`rx_hash` is the hint `rx_hash`, so its type must be `u32`"
    );
    const _: () = {
        assert!(
            __XDP_META_LAYOUT_NONE.is_sound(),
            "the derive and meta-core disagree about a layout"
        );
        assert!(
            __XDP_META_LAYOUT_NONE.size as usize == 24usize,
            "the derive and meta-core disagree about a record's size"
        );
        assert!(
            __XDP_META_LAYOUT_HASH.is_sound(),
            "the derive and meta-core disagree about a layout"
        );
        assert!(
            __XDP_META_LAYOUT_HASH.size as usize == 24usize,
            "the derive and meta-core disagree about a record's size"
        );
        assert!(
            ::meta_core::layout::ids_are_distinct(& __XDP_META_LAYOUTS),
            "two layouts have the same id; change a name",
        );
    };
    #[inline(always)]
    fn __xdp_meta_value_rx_timestamp(
        source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
    ) -> u64 {
        source.captures.rx_timestamp.unmasked()
    }
    #[inline(always)]
    fn __xdp_meta_present_rx_timestamp(
        source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
    ) -> bool {
        source.captures.rx_timestamp.is_present()
    }
    #[inline(always)]
    fn __xdp_meta_value_rx_hash(
        source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
    ) -> u32 {
        #[inline(always)]
        fn of_descriptor(d: &Descriptor) -> u32 {
            d.hash
        }
        of_descriptor(&source.descriptor)
    }
    #[inline(always)]
    fn __xdp_meta_present_rx_hash(
        source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
    ) -> bool {
        #[inline(always)]
        fn of_descriptor(d: &Descriptor) -> bool {
            d.status & 1 != 0
        }
        of_descriptor(&source.descriptor)
    }
    #[inline(always)]
    fn __xdp_meta_value_queue(
        source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
    ) -> u8 {
        #[inline(always)]
        fn of_descriptor(source: &Descriptor) -> u8 {
            source.queue()
        }
        of_descriptor(&source.descriptor)
    }
    #[inline(always)]
    fn __xdp_meta_present_queue(
        _: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
    ) -> bool {
        true
    }
    #[allow(non_camel_case_types)]
    struct __XdpMetaWriter_none;
    #[automatically_derived]
    impl ::meta_core::meta::Writer<::meta_core::meta::Captured<Descriptor, RxCaptures>>
    for __XdpMetaWriter_none {
        type Record = [u8; __XDP_META_LAYOUT_NONE.size as usize];
        const LAYOUT: &'static ::meta_core::layout::Layout = &__XDP_META_LAYOUTS[0usize];
        #[inline]
        fn record(
            source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
            generation: u16,
        ) -> Self::Record {
            let mut record = [0; __XDP_META_LAYOUT_NONE.size as usize];
            let present = 0u16;
            let has_rx_timestamp = __xdp_meta_present_rx_timestamp(source);
            let present = present
                | if has_rx_timestamp {
                    const { __XDP_META_LAYOUT_NONE.present(__XDP_META_ID_RX_TIMESTAMP) }
                } else {
                    0
                };
            let has_queue = __xdp_meta_present_queue(source);
            let present = present
                | if has_queue {
                    const { __XDP_META_LAYOUT_NONE.present(__XDP_META_ID_QUEUE) }
                } else {
                    0
                };
            ::meta_core::value::At::<
                { __XDP_META_LAYOUT_NONE.offset(__XDP_META_ID_RX_TIMESTAMP) },
            >::put(
                &mut record,
                <u64 as ::meta_core::value::Value>::masked(
                    __xdp_meta_value_rx_timestamp(source),
                    has_rx_timestamp,
                ),
            );
            let bits = 0u64;
            let bits = bits
                | ::meta_core::bits::placed(
                    ::meta_core::bits::Bits::to_bits(__xdp_meta_value_queue(source)),
                    has_queue,
                    4u32,
                    const { __XDP_META_LAYOUT_NONE.shift(__XDP_META_ID_QUEUE) },
                );
            ::meta_core::value::LastAt::<
                { __XDP_META_LAYOUT_NONE.bits_offset() },
                { __XDP_META_LAYOUT_NONE.trailer_offset() },
            >::put(
                &mut record,
                ::meta_core::bits::low_bytes::<
                    { __XDP_META_LAYOUT_NONE.bits_len() },
                >(bits),
            );
            ::meta_core::value::At::<
                {
                    __XDP_META_LAYOUT_NONE.trailer_offset()
                        + ::meta_core::trailer::Trailer::LAYOUT_ID
                },
            >::put(
                &mut record,
                ::meta_core::value::Value::to_bytes(const { __XDP_META_LAYOUT_NONE.id }),
            );
            ::meta_core::value::At::<
                {
                    __XDP_META_LAYOUT_NONE.trailer_offset()
                        + ::meta_core::trailer::Trailer::GENERATION
                },
            >::put(&mut record, ::meta_core::value::Value::to_bytes(generation));
            ::meta_core::value::At::<
                {
                    __XDP_META_LAYOUT_NONE.trailer_offset()
                        + ::meta_core::trailer::Trailer::PRESENT
                },
            >::put(&mut record, ::meta_core::value::Value::to_bytes(present));
            record
        }
    }
    #[allow(non_camel_case_types)]
    struct __XdpMetaWriter_hash;
    #[automatically_derived]
    impl ::meta_core::meta::Writer<::meta_core::meta::Captured<Descriptor, RxCaptures>>
    for __XdpMetaWriter_hash {
        type Record = [u8; __XDP_META_LAYOUT_HASH.size as usize];
        const LAYOUT: &'static ::meta_core::layout::Layout = &__XDP_META_LAYOUTS[1usize];
        #[inline]
        fn record(
            source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
            generation: u16,
        ) -> Self::Record {
            let mut record = [0; __XDP_META_LAYOUT_HASH.size as usize];
            let present = 0u16;
            let has_rx_timestamp = __xdp_meta_present_rx_timestamp(source);
            let present = present
                | if has_rx_timestamp {
                    const { __XDP_META_LAYOUT_HASH.present(__XDP_META_ID_RX_TIMESTAMP) }
                } else {
                    0
                };
            let has_rx_hash = __xdp_meta_present_rx_hash(source);
            let present = present
                | if has_rx_hash {
                    const { __XDP_META_LAYOUT_HASH.present(__XDP_META_ID_RX_HASH) }
                } else {
                    0
                };
            let has_queue = __xdp_meta_present_queue(source);
            let present = present
                | if has_queue {
                    const { __XDP_META_LAYOUT_HASH.present(__XDP_META_ID_QUEUE) }
                } else {
                    0
                };
            ::meta_core::value::At::<
                { __XDP_META_LAYOUT_HASH.offset(__XDP_META_ID_RX_TIMESTAMP) },
            >::put(
                &mut record,
                <u64 as ::meta_core::value::Value>::masked(
                    __xdp_meta_value_rx_timestamp(source),
                    has_rx_timestamp,
                ),
            );
            ::meta_core::value::At::<
                { __XDP_META_LAYOUT_HASH.offset(__XDP_META_ID_RX_HASH) },
            >::put(
                &mut record,
                <u32 as ::meta_core::value::Value>::masked(
                    __xdp_meta_value_rx_hash(source),
                    has_rx_hash,
                ),
            );
            let bits = 0u64;
            let bits = bits
                | ::meta_core::bits::placed(
                    ::meta_core::bits::Bits::to_bits(__xdp_meta_value_queue(source)),
                    has_queue,
                    4u32,
                    const { __XDP_META_LAYOUT_HASH.shift(__XDP_META_ID_QUEUE) },
                );
            ::meta_core::value::LastAt::<
                { __XDP_META_LAYOUT_HASH.bits_offset() },
                { __XDP_META_LAYOUT_HASH.trailer_offset() },
            >::put(
                &mut record,
                ::meta_core::bits::low_bytes::<
                    { __XDP_META_LAYOUT_HASH.bits_len() },
                >(bits),
            );
            ::meta_core::value::At::<
                {
                    __XDP_META_LAYOUT_HASH.trailer_offset()
                        + ::meta_core::trailer::Trailer::LAYOUT_ID
                },
            >::put(
                &mut record,
                ::meta_core::value::Value::to_bytes(const { __XDP_META_LAYOUT_HASH.id }),
            );
            ::meta_core::value::At::<
                {
                    __XDP_META_LAYOUT_HASH.trailer_offset()
                        + ::meta_core::trailer::Trailer::GENERATION
                },
            >::put(&mut record, ::meta_core::value::Value::to_bytes(generation));
            ::meta_core::value::At::<
                {
                    __XDP_META_LAYOUT_HASH.trailer_offset()
                        + ::meta_core::trailer::Trailer::PRESENT
                },
            >::put(&mut record, ::meta_core::value::Value::to_bytes(present));
            record
        }
    }
    /**Layouts and where their fields are, in bytes from the start of the record.

| layout | bytes | fields | trailer |
|---|---|---|---|
| `nic_rx_none` | 24 | `rx_timestamp` at 0, `queue` at 8 bits 0-3 | at 16 |
| `nic_rx_hash` | 24 | `rx_timestamp` at 0, `rx_hash` at 8, `queue` at 12 bits 0-3 | at 16 |
*/
    #[automatically_derived]
    impl ::meta_core::meta::XdpMeta for RxMeta {
        type Source = ::meta_core::meta::Captured<Descriptor, RxCaptures>;
        const NAME: &'static str = "nic_rx";
        const KNOBS: &'static [&'static str] = &["hash"];
        const LAYOUTS: &'static [::meta_core::layout::Layout] = &__XDP_META_LAYOUTS;
        const SUPERSET: &'static ::meta_core::layout::Layout = &__XDP_META_SUPERSET;
        const BTF: &'static [&'static [u8]] = &[
            &__XDP_META_BTF_NONE,
            &__XDP_META_BTF_HASH,
        ];
        fn select<V: ::meta_core::meta::Visitor<Self>>(
            knobs: u32,
            visitor: V,
        ) -> V::Output {
            match knobs & 1u32 {
                0u32 => visitor.visit::<__XdpMetaWriter_none>(),
                _ => visitor.visit::<__XdpMetaWriter_hash>(),
            }
        }
        fn decode(
            bytes: &[u8],
        ) -> ::core::option::Option<(Self, ::meta_core::trailer::Trailer)> {
            let record = ::meta_core::read::Record::find(
                bytes,
                <Self as ::meta_core::meta::XdpMeta>::LAYOUTS,
            )?;
            let meta = Self {
                rx_timestamp: <u64 as ::meta_core::value::Value>::of_record(
                    &record,
                    __XDP_META_ID_RX_TIMESTAMP,
                ),
                rx_hash: <u32 as ::meta_core::value::Value>::of_record(
                    &record,
                    __XDP_META_ID_RX_HASH,
                ),
                queue: ::meta_core::bits::Bits::from_bits(
                    record.get_bits(__XDP_META_ID_QUEUE).unwrap_or(0),
                ),
            };
            ::core::option::Option::Some((meta, record.trailer()))
        }
        fn value(&self, id: u16) -> ::core::option::Option<u64> {
            match id {
                __XDP_META_ID_RX_TIMESTAMP => {
                    <u64 as ::meta_core::value::Value>::number(self.rx_timestamp)
                }
                __XDP_META_ID_RX_HASH => {
                    <u32 as ::meta_core::value::Value>::number(self.rx_hash)
                }
                __XDP_META_ID_QUEUE => {
                    <u8 as ::meta_core::value::Value>::number(self.queue)
                }
                _ => ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    #[allow(dead_code)]
    impl RxMeta {
        /// Body of `xmo_rx_timestamp`: nanoseconds; `None` if this packet has no stamp.
        #[inline]
        pub fn rx_timestamp(
            source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
        ) -> ::core::option::Option<u64> {
            if __xdp_meta_present_rx_timestamp(source) {
                ::core::option::Option::Some(__xdp_meta_value_rx_timestamp(source))
            } else {
                ::core::option::Option::None
            }
        }
        /// Body of `xmo_rx_hash`: the hash and its type; `None` if this packet has no hash.
        #[inline]
        pub fn rx_hash(
            source: &::meta_core::meta::Captured<Descriptor, RxCaptures>,
        ) -> ::core::option::Option<(u32, u16)> {
            if __xdp_meta_present_rx_hash(source) {
                ::core::option::Option::Some((__xdp_meta_value_rx_hash(source), 0))
            } else {
                ::core::option::Option::None
            }
        }
    }
};
