; made by tools/compile_driver.py; do not edit. sources 8b51b617228db6c847fa307723a1b3eaa81c35fd55c5acafc9d50438bd19db31
%struct.lane = type { i64, double, double, double, double, double, i64, i64, i64, i64, i64, i64, i64, i64, i64, double, double, ptr, ptr, ptr, [96 x %struct.dose] }
%struct.dose = type { double, i64, i64, double }
%struct.context = type { ptr, ptr, ptr, ptr, ptr }
%struct.kernel = type { ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64 }
%struct.machine = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, double, double, double }
%struct.batch = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64 }

; Function Attrs: nounwind
define i64 @trimer_drive(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3, ptr noundef %4) local_unnamed_addr #0 {
  %6 = alloca [8 x %struct.lane], align 16
  %7 = alloca %struct.context, align 8
  call void @llvm.lifetime.start.p0(i64 25856, ptr nonnull %6) #7
  call void @llvm.lifetime.start.p0(i64 40, ptr nonnull %7) #7
  store ptr %0, ptr %7, align 8
  %8 = getelementptr inbounds %struct.context, ptr %7, i64 0, i32 1
  store ptr %1, ptr %8, align 8
  %9 = getelementptr inbounds %struct.context, ptr %7, i64 0, i32 2
  store ptr %2, ptr %9, align 8
  %10 = getelementptr inbounds %struct.context, ptr %7, i64 0, i32 3
  store ptr %6, ptr %10, align 8
  %11 = getelementptr inbounds %struct.context, ptr %7, i64 0, i32 4
  store ptr %3, ptr %11, align 8
  %12 = getelementptr inbounds %struct.kernel, ptr %2, i64 0, i32 6
  %13 = load i64, ptr %12, align 8
  %14 = icmp sgt i64 %13, 0
  br i1 %14, label %15, label %41

15:                                               ; preds = %5
  %16 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 25
  %17 = load i64, ptr %16, align 8
  %18 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 23
  %19 = load i64, ptr %18, align 8
  %20 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 26
  %21 = load i64, ptr %20, align 8
  %22 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 27
  %23 = load i64, ptr %22, align 8
  %24 = add nsw i64 %23, %21
  br label %1321

25:                                               ; preds = %1321
  br i1 %14, label %26, label %41

26:                                               ; preds = %25, %26
  %27 = phi i64 [ %39, %26 ], [ %13, %25 ]
  %28 = phi ptr [ %37, %26 ], [ %2, %25 ]
  %29 = phi i64 [ %36, %26 ], [ 0, %25 ]
  %30 = load ptr, ptr %11, align 8
  %31 = getelementptr inbounds %struct.kernel, ptr %28, i64 0, i32 10
  %32 = load i64, ptr %31, align 8
  %33 = mul nsw i64 %32, %27
  %34 = add nsw i64 %33, %29
  %35 = getelementptr inbounds double, ptr %30, i64 %34
  store double 1.000000e+00, ptr %35, align 8
  %36 = add nuw nsw i64 %29, 1
  %37 = load ptr, ptr %9, align 8
  %38 = getelementptr inbounds %struct.kernel, ptr %37, i64 0, i32 6
  %39 = load i64, ptr %38, align 8
  %40 = icmp slt i64 %36, %39
  br i1 %40, label %26, label %41

41:                                               ; preds = %26, %5, %25
  %42 = phi ptr [ %2, %5 ], [ %2, %25 ], [ %37, %26 ]
  br label %43

43:                                               ; preds = %1275, %41
  %44 = phi ptr [ %42, %41 ], [ %1276, %1275 ]
  %45 = phi i32 [ 0, %41 ], [ %1277, %1275 ]
  %46 = phi i64 [ 0, %41 ], [ %862, %1275 ]
  %47 = icmp ne i32 %45, 0
  br label %48

48:                                               ; preds = %43, %675
  %49 = phi ptr [ %671, %675 ], [ %44, %43 ]
  %50 = load ptr, ptr %7, align 8
  %51 = getelementptr inbounds %struct.kernel, ptr %49, i64 0, i32 6
  %52 = load i64, ptr %51, align 8
  %53 = icmp sgt i64 %52, 0
  br i1 %53, label %54, label %372

54:                                               ; preds = %48
  %55 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 10
  %56 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 18
  %57 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 8
  %58 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 3
  %59 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 19
  %60 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 20
  %61 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 1
  %62 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 21
  %63 = getelementptr inbounds %struct.batch, ptr %50, i64 0, i32 2
  br label %64

64:                                               ; preds = %201, %54
  %65 = phi i32 [ 0, %54 ], [ %202, %201 ]
  %66 = phi i64 [ 0, %54 ], [ %203, %201 ]
  %67 = load ptr, ptr %10, align 8
  %68 = getelementptr inbounds %struct.lane, ptr %67, i64 %66
  %69 = load i64, ptr %68, align 8
  %70 = icmp sgt i64 %69, -1
  br i1 %70, label %201, label %71

71:                                               ; preds = %64
  %72 = load ptr, ptr %55, align 8
  %73 = load volatile i64, ptr %72, align 8
  %74 = load i64, ptr %56, align 8
  %75 = icmp slt i64 %73, %74
  br i1 %75, label %76, label %201

76:                                               ; preds = %71
  %77 = atomicrmw volatile add ptr %72, i64 1 monotonic, align 8
  %78 = load i64, ptr %56, align 8
  %79 = icmp slt i64 %77, %78
  br i1 %79, label %80, label %201

80:                                               ; preds = %76
  store i64 %77, ptr %68, align 8
  %81 = load ptr, ptr %57, align 8
  %82 = load double, ptr %81, align 8
  %83 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 1
  store double %82, ptr %83, align 8
  %84 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 9
  store i64 1, ptr %84, align 8
  %85 = load ptr, ptr %58, align 8
  %86 = getelementptr inbounds i64, ptr %85, i64 %77
  %87 = load i64, ptr %86, align 8
  %88 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 6
  store i64 %87, ptr %88, align 8
  %89 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 7
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(16) %89, i8 0, i64 16, i1 false)
  %90 = load ptr, ptr %8, align 8
  %91 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 11
  %92 = getelementptr inbounds %struct.machine, ptr %90, i64 0, i32 29
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %91, i8 0, i64 32, i1 false)
  %93 = load double, ptr %92, align 8
  %94 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 15
  store double %93, ptr %94, align 8
  %95 = getelementptr inbounds %struct.machine, ptr %90, i64 0, i32 25
  %96 = load i64, ptr %95, align 8
  %97 = icmp sgt i64 %96, 0
  br i1 %97, label %98, label %100

98:                                               ; preds = %80
  %99 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 17
  br label %106

100:                                              ; preds = %106, %80
  %101 = getelementptr inbounds %struct.machine, ptr %90, i64 0, i32 23
  %102 = load i64, ptr %101, align 8
  %103 = icmp sgt i64 %102, 0
  br i1 %103, label %104, label %127

104:                                              ; preds = %100
  %105 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 18
  br label %118

106:                                              ; preds = %106, %98
  %107 = phi i64 [ 0, %98 ], [ %113, %106 ]
  %108 = load ptr, ptr %90, align 8
  %109 = getelementptr inbounds double, ptr %108, i64 %107
  %110 = load double, ptr %109, align 8
  %111 = load ptr, ptr %99, align 8
  %112 = getelementptr inbounds double, ptr %111, i64 %107
  store double %110, ptr %112, align 8
  %113 = add nuw nsw i64 %107, 1
  %114 = load i64, ptr %95, align 8
  %115 = icmp slt i64 %113, %114
  br i1 %115, label %106, label %100

116:                                              ; preds = %118
  %117 = icmp sgt i64 %123, 0
  br i1 %117, label %125, label %127

118:                                              ; preds = %118, %104
  %119 = phi i64 [ 0, %104 ], [ %122, %118 ]
  %120 = load ptr, ptr %105, align 8
  %121 = getelementptr inbounds double, ptr %120, i64 %119
  store double 1.000000e+300, ptr %121, align 8
  %122 = add nuw nsw i64 %119, 1
  %123 = load i64, ptr %101, align 8
  %124 = icmp slt i64 %122, %123
  br i1 %124, label %118, label %116

125:                                              ; preds = %116
  %126 = load double, ptr %92, align 8
  br label %127

127:                                              ; preds = %125, %116, %100
  %128 = phi double [ %126, %125 ], [ 1.000000e+300, %116 ], [ 1.000000e+300, %100 ]
  %129 = getelementptr inbounds %struct.lane, ptr %67, i64 %66, i32 16
  store double %128, ptr %129, align 8
  %130 = load i64, ptr %59, align 8
  %131 = icmp sgt i64 %130, 0
  br i1 %131, label %135, label %132

132:                                              ; preds = %135, %127
  %133 = load i64, ptr %60, align 8
  %134 = icmp sgt i64 %133, 0
  br i1 %134, label %159, label %156

135:                                              ; preds = %127, %135
  %136 = phi i64 [ %154, %135 ], [ %130, %127 ]
  %137 = phi i64 [ %153, %135 ], [ 0, %127 ]
  %138 = load ptr, ptr %50, align 8
  %139 = mul nsw i64 %136, %77
  %140 = add nsw i64 %139, %137
  %141 = getelementptr inbounds double, ptr %138, i64 %140
  %142 = load double, ptr %141, align 8
  %143 = load ptr, ptr %11, align 8
  %144 = load ptr, ptr %9, align 8
  %145 = getelementptr inbounds %struct.kernel, ptr %144, i64 0, i32 7
  %146 = load i64, ptr %145, align 8
  %147 = add nsw i64 %146, %137
  %148 = getelementptr inbounds %struct.kernel, ptr %144, i64 0, i32 6
  %149 = load i64, ptr %148, align 8
  %150 = mul nsw i64 %147, %149
  %151 = add nsw i64 %150, %66
  %152 = getelementptr inbounds double, ptr %143, i64 %151
  store double %142, ptr %152, align 8
  %153 = add nuw nsw i64 %137, 1
  %154 = load i64, ptr %59, align 8
  %155 = icmp slt i64 %153, %154
  br i1 %155, label %135, label %132

156:                                              ; preds = %159, %132
  %157 = load i64, ptr %62, align 8
  %158 = icmp sgt i64 %157, 0
  br i1 %158, label %180, label %201

159:                                              ; preds = %132, %159
  %160 = phi i64 [ %178, %159 ], [ %133, %132 ]
  %161 = phi i64 [ %177, %159 ], [ 0, %132 ]
  %162 = load ptr, ptr %61, align 8
  %163 = mul nsw i64 %160, %77
  %164 = add nsw i64 %163, %161
  %165 = getelementptr inbounds double, ptr %162, i64 %164
  %166 = load double, ptr %165, align 8
  %167 = load ptr, ptr %11, align 8
  %168 = load ptr, ptr %9, align 8
  %169 = getelementptr inbounds %struct.kernel, ptr %168, i64 0, i32 8
  %170 = load i64, ptr %169, align 8
  %171 = add nsw i64 %170, %161
  %172 = getelementptr inbounds %struct.kernel, ptr %168, i64 0, i32 6
  %173 = load i64, ptr %172, align 8
  %174 = mul nsw i64 %171, %173
  %175 = add nsw i64 %174, %66
  %176 = getelementptr inbounds double, ptr %167, i64 %175
  store double %166, ptr %176, align 8
  %177 = add nuw nsw i64 %161, 1
  %178 = load i64, ptr %60, align 8
  %179 = icmp slt i64 %177, %178
  br i1 %179, label %159, label %156

180:                                              ; preds = %156, %180
  %181 = phi i64 [ %199, %180 ], [ %157, %156 ]
  %182 = phi i64 [ %198, %180 ], [ 0, %156 ]
  %183 = load ptr, ptr %63, align 8
  %184 = mul nsw i64 %181, %77
  %185 = add nsw i64 %184, %182
  %186 = getelementptr inbounds double, ptr %183, i64 %185
  %187 = load double, ptr %186, align 8
  %188 = load ptr, ptr %11, align 8
  %189 = load ptr, ptr %9, align 8
  %190 = getelementptr inbounds %struct.kernel, ptr %189, i64 0, i32 9
  %191 = load i64, ptr %190, align 8
  %192 = add nsw i64 %191, %182
  %193 = getelementptr inbounds %struct.kernel, ptr %189, i64 0, i32 6
  %194 = load i64, ptr %193, align 8
  %195 = mul nsw i64 %192, %194
  %196 = add nsw i64 %195, %66
  %197 = getelementptr inbounds double, ptr %188, i64 %196
  store double %187, ptr %197, align 8
  %198 = add nuw nsw i64 %182, 1
  %199 = load i64, ptr %62, align 8
  %200 = icmp slt i64 %198, %199
  br i1 %200, label %180, label %201

201:                                              ; preds = %180, %156, %76, %71, %64
  %202 = phi i32 [ %65, %71 ], [ %65, %64 ], [ %65, %76 ], [ 1, %156 ], [ 1, %180 ]
  %203 = add nuw nsw i64 %66, 1
  %204 = load ptr, ptr %9, align 8
  %205 = getelementptr inbounds %struct.kernel, ptr %204, i64 0, i32 6
  %206 = load i64, ptr %205, align 8
  %207 = icmp slt i64 %203, %206
  br i1 %207, label %64, label %208

208:                                              ; preds = %201
  %209 = icmp sgt i64 %206, 0
  br i1 %209, label %210, label %372

210:                                              ; preds = %208
  %211 = load ptr, ptr %7, align 8
  %212 = getelementptr inbounds %struct.batch, ptr %211, i64 0, i32 4
  %213 = getelementptr inbounds %struct.batch, ptr %211, i64 0, i32 5
  %214 = getelementptr inbounds %struct.batch, ptr %211, i64 0, i32 6
  %215 = getelementptr inbounds %struct.batch, ptr %211, i64 0, i32 19
  %216 = getelementptr inbounds %struct.batch, ptr %211, i64 0, i32 7
  br label %217

217:                                              ; preds = %365, %210
  %218 = phi i32 [ 0, %210 ], [ %366, %365 ]
  %219 = phi i64 [ 0, %210 ], [ %367, %365 ]
  %220 = load ptr, ptr %10, align 8
  %221 = getelementptr inbounds %struct.lane, ptr %220, i64 %219
  %222 = load i64, ptr %221, align 8
  %223 = icmp slt i64 %222, 0
  br i1 %223, label %365, label %224

224:                                              ; preds = %217
  %225 = load ptr, ptr %212, align 8
  %226 = getelementptr inbounds i64, ptr %225, i64 %222
  %227 = load i64, ptr %226, align 8
  %228 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 6
  %229 = load i64, ptr %228, align 8
  %230 = icmp slt i64 %229, %227
  br i1 %230, label %231, label %279

231:                                              ; preds = %224
  %232 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 1
  %233 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 9
  br label %234

234:                                              ; preds = %274, %231
  %235 = phi i64 [ %229, %231 ], [ %277, %274 ]
  %236 = phi i32 [ %218, %231 ], [ %275, %274 ]
  %237 = load ptr, ptr %213, align 8
  %238 = getelementptr inbounds double, ptr %237, i64 %235
  %239 = load double, ptr %238, align 8
  %240 = load double, ptr %232, align 8
  %241 = fcmp ugt double %239, %240
  br i1 %241, label %279, label %242

242:                                              ; preds = %234
  %243 = load ptr, ptr %214, align 8
  %244 = getelementptr inbounds i64, ptr %243, i64 %235
  %245 = load i64, ptr %244, align 8
  %246 = load i64, ptr %215, align 8
  %247 = icmp slt i64 %245, %246
  %248 = load ptr, ptr %216, align 8
  %249 = getelementptr inbounds double, ptr %248, i64 %235
  %250 = load double, ptr %249, align 8
  %251 = load ptr, ptr %11, align 8
  %252 = load ptr, ptr %9, align 8
  br i1 %247, label %253, label %264

253:                                              ; preds = %242
  %254 = getelementptr inbounds %struct.kernel, ptr %252, i64 0, i32 7
  %255 = load i64, ptr %254, align 8
  %256 = add nsw i64 %255, %245
  %257 = getelementptr inbounds %struct.kernel, ptr %252, i64 0, i32 6
  %258 = load i64, ptr %257, align 8
  %259 = mul nsw i64 %256, %258
  %260 = add nsw i64 %259, %219
  %261 = getelementptr inbounds double, ptr %251, i64 %260
  %262 = load double, ptr %261, align 8
  %263 = fadd double %250, %262
  store double %263, ptr %261, align 8
  br label %274

264:                                              ; preds = %242
  %265 = getelementptr inbounds %struct.kernel, ptr %252, i64 0, i32 9
  %266 = load i64, ptr %265, align 8
  %267 = sub i64 %245, %246
  %268 = add i64 %267, %266
  %269 = getelementptr inbounds %struct.kernel, ptr %252, i64 0, i32 6
  %270 = load i64, ptr %269, align 8
  %271 = mul nsw i64 %268, %270
  %272 = add nsw i64 %271, %219
  %273 = getelementptr inbounds double, ptr %251, i64 %272
  store double %250, ptr %273, align 8
  br label %274

274:                                              ; preds = %264, %253
  %275 = phi i32 [ %236, %253 ], [ 1, %264 ]
  store i64 1, ptr %233, align 8
  %276 = load i64, ptr %228, align 8
  %277 = add nsw i64 %276, 1
  store i64 %277, ptr %228, align 8
  %278 = icmp slt i64 %277, %227
  br i1 %278, label %234, label %279

279:                                              ; preds = %274, %234, %224
  %280 = phi i32 [ %218, %224 ], [ %275, %274 ], [ %236, %234 ]
  %281 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 13
  %282 = load i64, ptr %281, align 8
  %283 = icmp sgt i64 %282, 0
  br i1 %283, label %284, label %365

284:                                              ; preds = %279
  %285 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 1
  %286 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 0
  %287 = load double, ptr %286, align 8
  %288 = load double, ptr %285, align 8
  %289 = fcmp ugt double %287, %288
  br i1 %289, label %365, label %295

290:                                              ; preds = %349
  %291 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 %350
  %292 = load double, ptr %291, align 8
  %293 = load double, ptr %285, align 8
  %294 = fcmp ugt double %292, %293
  br i1 %294, label %353, label %295

295:                                              ; preds = %284, %290
  %296 = phi i64 [ %350, %290 ], [ 0, %284 ]
  %297 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 %296, i32 1
  %298 = load i64, ptr %297, align 8
  %299 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 %296, i32 2
  %300 = load i64, ptr %299, align 8
  %301 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 %296, i32 3
  %302 = load double, ptr %301, align 8
  switch i64 %298, label %327 [
    i64 0, label %303
    i64 1, label %316
  ]

303:                                              ; preds = %295
  %304 = load ptr, ptr %11, align 8
  %305 = load ptr, ptr %9, align 8
  %306 = getelementptr inbounds %struct.kernel, ptr %305, i64 0, i32 7
  %307 = load i64, ptr %306, align 8
  %308 = add nsw i64 %307, %300
  %309 = getelementptr inbounds %struct.kernel, ptr %305, i64 0, i32 6
  %310 = load i64, ptr %309, align 8
  %311 = mul nsw i64 %308, %310
  %312 = add nsw i64 %311, %219
  %313 = getelementptr inbounds double, ptr %304, i64 %312
  %314 = load double, ptr %313, align 8
  %315 = fadd double %302, %314
  store double %315, ptr %313, align 8
  br label %349

316:                                              ; preds = %295
  %317 = load ptr, ptr %11, align 8
  %318 = load ptr, ptr %9, align 8
  %319 = getelementptr inbounds %struct.kernel, ptr %318, i64 0, i32 9
  %320 = load i64, ptr %319, align 8
  %321 = add nsw i64 %320, %300
  %322 = getelementptr inbounds %struct.kernel, ptr %318, i64 0, i32 6
  %323 = load i64, ptr %322, align 8
  %324 = mul nsw i64 %321, %323
  %325 = add nsw i64 %324, %219
  %326 = getelementptr inbounds double, ptr %317, i64 %325
  store double %302, ptr %326, align 8
  br label %349

327:                                              ; preds = %295
  %328 = load ptr, ptr %11, align 8
  %329 = load ptr, ptr %9, align 8
  %330 = getelementptr inbounds %struct.kernel, ptr %329, i64 0, i32 9
  %331 = load i64, ptr %330, align 8
  %332 = add nsw i64 %331, %300
  %333 = getelementptr inbounds %struct.kernel, ptr %329, i64 0, i32 6
  %334 = load i64, ptr %333, align 8
  %335 = mul nsw i64 %332, %334
  %336 = add nsw i64 %335, %219
  %337 = getelementptr inbounds double, ptr %328, i64 %336
  %338 = load double, ptr %337, align 8
  %339 = fadd double %302, %338
  %340 = fcmp olt double %339, 0.000000e+00
  %341 = fneg double %339
  %342 = select i1 %340, double %341, double %339
  %343 = fcmp olt double %302, 0.000000e+00
  %344 = fneg double %302
  %345 = select i1 %343, double %344, double %302
  %346 = fmul double %345, 0x3D719799812DEA11
  %347 = fcmp olt double %342, %346
  %348 = select i1 %347, double 0.000000e+00, double %339
  store double %348, ptr %337, align 8
  br label %349

349:                                              ; preds = %327, %316, %303
  %350 = add nuw nsw i64 %296, 1
  %351 = load i64, ptr %281, align 8
  %352 = icmp slt i64 %350, %351
  br i1 %352, label %290, label %361

353:                                              ; preds = %290, %353
  %354 = phi i64 [ %358, %353 ], [ %350, %290 ]
  %355 = sub nuw nsw i64 %354, %350
  %356 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 %355
  %357 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 20, i64 %354
  call void @llvm.memcpy.p0.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %356, ptr noundef nonnull align 8 dereferenceable(32) %357, i64 32, i1 false)
  %358 = add nuw nsw i64 %354, 1
  %359 = load i64, ptr %281, align 8
  %360 = icmp slt i64 %358, %359
  br i1 %360, label %353, label %361

361:                                              ; preds = %349, %353
  %362 = phi i64 [ %359, %353 ], [ %351, %349 ]
  %363 = sub nsw i64 %362, %350
  store i64 %363, ptr %281, align 8
  %364 = getelementptr inbounds %struct.lane, ptr %220, i64 %219, i32 9
  store i64 1, ptr %364, align 8
  br label %365

365:                                              ; preds = %361, %284, %279, %217
  %366 = phi i32 [ %218, %217 ], [ 1, %361 ], [ %280, %284 ], [ %280, %279 ]
  %367 = add nuw nsw i64 %219, 1
  %368 = load ptr, ptr %9, align 8
  %369 = getelementptr inbounds %struct.kernel, ptr %368, i64 0, i32 6
  %370 = load i64, ptr %369, align 8
  %371 = icmp slt i64 %367, %370
  br i1 %371, label %217, label %372

372:                                              ; preds = %365, %208, %48
  %373 = phi i32 [ %202, %208 ], [ 0, %48 ], [ %202, %365 ]
  %374 = phi ptr [ %204, %208 ], [ %49, %48 ], [ %368, %365 ]
  %375 = phi i32 [ 0, %208 ], [ 0, %48 ], [ %366, %365 ]
  %376 = icmp ne i32 %373, 0
  %377 = icmp ne i32 %375, 0
  %378 = select i1 %376, i1 true, i1 %377
  %379 = select i1 %378, i1 true, i1 %47
  br i1 %379, label %380, label %384

380:                                              ; preds = %372
  %381 = load ptr, ptr %374, align 8
  %382 = load ptr, ptr %11, align 8
  call void %381(ptr noundef %382) #7
  %383 = load ptr, ptr %9, align 8
  br label %384

384:                                              ; preds = %380, %372
  %385 = phi ptr [ %374, %372 ], [ %383, %380 ]
  %386 = getelementptr inbounds %struct.kernel, ptr %385, i64 0, i32 6
  %387 = load i64, ptr %386, align 8
  %388 = icmp sgt i64 %387, 0
  br i1 %388, label %391, label %669

389:                                              ; preds = %412
  %390 = icmp eq i32 %415, 0
  br i1 %390, label %482, label %421

391:                                              ; preds = %384, %412
  %392 = phi i64 [ %419, %412 ], [ %387, %384 ]
  %393 = phi ptr [ %417, %412 ], [ %385, %384 ]
  %394 = phi i64 [ %416, %412 ], [ 0, %384 ]
  %395 = phi i32 [ %415, %412 ], [ 0, %384 ]
  %396 = load ptr, ptr %11, align 8
  %397 = getelementptr inbounds %struct.kernel, ptr %393, i64 0, i32 11
  %398 = load i64, ptr %397, align 8
  %399 = mul nsw i64 %398, %392
  %400 = add nsw i64 %399, %394
  %401 = getelementptr inbounds double, ptr %396, i64 %400
  store double 0.000000e+00, ptr %401, align 8
  %402 = load ptr, ptr %10, align 8
  %403 = getelementptr inbounds %struct.lane, ptr %402, i64 %394
  %404 = load i64, ptr %403, align 8
  %405 = icmp sgt i64 %404, -1
  br i1 %405, label %406, label %412

406:                                              ; preds = %391
  %407 = getelementptr inbounds %struct.lane, ptr %402, i64 %394, i32 16
  %408 = load double, ptr %407, align 8
  %409 = getelementptr inbounds %struct.lane, ptr %402, i64 %394, i32 1
  %410 = load double, ptr %409, align 8
  %411 = fcmp ole double %408, %410
  br label %412

412:                                              ; preds = %406, %391
  %413 = phi i1 [ false, %391 ], [ %411, %406 ]
  %414 = zext i1 %413 to i32
  %415 = or i32 %395, %414
  %416 = add nuw nsw i64 %394, 1
  %417 = load ptr, ptr %9, align 8
  %418 = getelementptr inbounds %struct.kernel, ptr %417, i64 0, i32 6
  %419 = load i64, ptr %418, align 8
  %420 = icmp slt i64 %416, %419
  br i1 %420, label %391, label %389

421:                                              ; preds = %389
  %422 = load ptr, ptr %8, align 8
  %423 = getelementptr inbounds %struct.machine, ptr %422, i64 0, i32 28
  %424 = load i64, ptr %423, align 8
  %425 = icmp eq i64 %424, 0
  %426 = getelementptr inbounds %struct.kernel, ptr %417, i64 0, i32 3
  %427 = load ptr, ptr %426, align 8
  %428 = load ptr, ptr %11, align 8
  call void %427(ptr noundef %428) #7
  br i1 %425, label %434, label %429

429:                                              ; preds = %421
  %430 = load ptr, ptr %9, align 8
  %431 = getelementptr inbounds %struct.kernel, ptr %430, i64 0, i32 4
  %432 = load ptr, ptr %431, align 8
  %433 = load ptr, ptr %11, align 8
  call void %432(ptr noundef %433) #7
  br label %434

434:                                              ; preds = %429, %421
  %435 = load ptr, ptr %9, align 8
  %436 = getelementptr inbounds %struct.kernel, ptr %435, i64 0, i32 6
  %437 = load i64, ptr %436, align 8
  %438 = icmp sgt i64 %437, 0
  br i1 %438, label %439, label %669

439:                                              ; preds = %434, %467
  %440 = phi ptr [ %470, %467 ], [ %435, %434 ]
  %441 = phi i64 [ %469, %467 ], [ 0, %434 ]
  %442 = phi i1 [ false, %467 ], [ true, %434 ]
  br label %443

443:                                              ; preds = %461, %439
  %444 = phi ptr [ %462, %461 ], [ %440, %439 ]
  %445 = phi i64 [ %463, %461 ], [ %441, %439 ]
  %446 = load ptr, ptr %10, align 8
  %447 = getelementptr inbounds %struct.lane, ptr %446, i64 %445
  %448 = load i64, ptr %447, align 8
  %449 = icmp slt i64 %448, 0
  br i1 %449, label %461, label %450

450:                                              ; preds = %443
  %451 = getelementptr inbounds %struct.lane, ptr %446, i64 %445, i32 16
  %452 = load double, ptr %451, align 8
  %453 = getelementptr inbounds %struct.lane, ptr %446, i64 %445, i32 1
  %454 = load double, ptr %453, align 8
  %455 = fcmp ogt double %452, %454
  br i1 %455, label %461, label %456

456:                                              ; preds = %450
  store double %454, ptr %451, align 8
  %457 = call fastcc i32 @look(ptr noundef nonnull %7, ptr noundef nonnull %447, i64 noundef %445)
  %458 = icmp eq i32 %457, 0
  br i1 %458, label %459, label %467

459:                                              ; preds = %456
  %460 = load ptr, ptr %9, align 8
  br label %461

461:                                              ; preds = %459, %450, %443
  %462 = phi ptr [ %460, %459 ], [ %444, %450 ], [ %444, %443 ]
  %463 = add nuw nsw i64 %445, 1
  %464 = getelementptr inbounds %struct.kernel, ptr %462, i64 0, i32 6
  %465 = load i64, ptr %464, align 8
  %466 = icmp slt i64 %463, %465
  br i1 %466, label %443, label %474

467:                                              ; preds = %456
  %468 = getelementptr inbounds %struct.lane, ptr %446, i64 %445, i32 9
  store i64 1, ptr %468, align 8
  %469 = add nuw nsw i64 %445, 1
  %470 = load ptr, ptr %9, align 8
  %471 = getelementptr inbounds %struct.kernel, ptr %470, i64 0, i32 6
  %472 = load i64, ptr %471, align 8
  %473 = icmp slt i64 %469, %472
  br i1 %473, label %439, label %475

474:                                              ; preds = %461
  br i1 %442, label %482, label %475

475:                                              ; preds = %467, %474
  %476 = phi ptr [ %462, %474 ], [ %470, %467 ]
  %477 = load ptr, ptr %476, align 8
  %478 = load ptr, ptr %11, align 8
  call void %477(ptr noundef %478) #7
  %479 = load ptr, ptr %9, align 8
  %480 = getelementptr inbounds %struct.kernel, ptr %479, i64 0, i32 6
  %481 = load i64, ptr %480, align 8
  br label %482

482:                                              ; preds = %475, %474, %389
  %483 = phi ptr [ %417, %389 ], [ %479, %475 ], [ %462, %474 ]
  %484 = phi i64 [ %419, %389 ], [ %481, %475 ], [ %465, %474 ]
  %485 = load ptr, ptr %7, align 8
  %486 = icmp sgt i64 %484, 0
  br i1 %486, label %487, label %669

487:                                              ; preds = %482
  %488 = getelementptr inbounds %struct.batch, ptr %485, i64 0, i32 22
  %489 = getelementptr inbounds %struct.batch, ptr %485, i64 0, i32 8
  br label %492

490:                                              ; preds = %519
  %491 = icmp eq i32 %522, 0
  br i1 %491, label %612, label %528

492:                                              ; preds = %519, %487
  %493 = phi i64 [ %484, %487 ], [ %526, %519 ]
  %494 = phi ptr [ %483, %487 ], [ %524, %519 ]
  %495 = phi i32 [ 0, %487 ], [ %522, %519 ]
  %496 = phi i64 [ 0, %487 ], [ %523, %519 ]
  %497 = load ptr, ptr %10, align 8
  %498 = getelementptr inbounds %struct.lane, ptr %497, i64 %496
  %499 = load ptr, ptr %11, align 8
  %500 = getelementptr inbounds %struct.kernel, ptr %494, i64 0, i32 11
  %501 = load i64, ptr %500, align 8
  %502 = mul nsw i64 %501, %493
  %503 = add nsw i64 %502, %496
  %504 = getelementptr inbounds double, ptr %499, i64 %503
  store double 0.000000e+00, ptr %504, align 8
  %505 = load i64, ptr %498, align 8
  %506 = icmp sgt i64 %505, -1
  br i1 %506, label %507, label %519

507:                                              ; preds = %492
  %508 = getelementptr inbounds %struct.lane, ptr %497, i64 %496, i32 7
  %509 = load i64, ptr %508, align 8
  %510 = load i64, ptr %488, align 8
  %511 = icmp slt i64 %509, %510
  br i1 %511, label %512, label %519

512:                                              ; preds = %507
  %513 = load ptr, ptr %489, align 8
  %514 = getelementptr inbounds double, ptr %513, i64 %509
  %515 = load double, ptr %514, align 8
  %516 = getelementptr inbounds %struct.lane, ptr %497, i64 %496, i32 1
  %517 = load double, ptr %516, align 8
  %518 = fcmp ole double %515, %517
  br label %519

519:                                              ; preds = %512, %507, %492
  %520 = phi i1 [ false, %507 ], [ false, %492 ], [ %518, %512 ]
  %521 = zext i1 %520 to i32
  %522 = or i32 %495, %521
  %523 = add nuw nsw i64 %496, 1
  %524 = load ptr, ptr %9, align 8
  %525 = getelementptr inbounds %struct.kernel, ptr %524, i64 0, i32 6
  %526 = load i64, ptr %525, align 8
  %527 = icmp slt i64 %523, %526
  br i1 %527, label %492, label %490

528:                                              ; preds = %490
  %529 = getelementptr inbounds %struct.batch, ptr %485, i64 0, i32 24
  %530 = load i64, ptr %529, align 8
  %531 = icmp eq i64 %530, 0
  %532 = getelementptr inbounds %struct.kernel, ptr %524, i64 0, i32 3
  %533 = load ptr, ptr %532, align 8
  %534 = load ptr, ptr %11, align 8
  call void %533(ptr noundef %534) #7
  br i1 %531, label %540, label %535

535:                                              ; preds = %528
  %536 = load ptr, ptr %9, align 8
  %537 = getelementptr inbounds %struct.kernel, ptr %536, i64 0, i32 4
  %538 = load ptr, ptr %537, align 8
  %539 = load ptr, ptr %11, align 8
  call void %538(ptr noundef %539) #7
  br label %540

540:                                              ; preds = %535, %528
  %541 = load ptr, ptr %9, align 8
  %542 = getelementptr inbounds %struct.kernel, ptr %541, i64 0, i32 6
  %543 = load i64, ptr %542, align 8
  %544 = icmp sgt i64 %543, 0
  br i1 %544, label %545, label %669

545:                                              ; preds = %540, %606
  %546 = phi ptr [ %607, %606 ], [ %541, %540 ]
  %547 = phi i64 [ %608, %606 ], [ 0, %540 ]
  %548 = load ptr, ptr %10, align 8
  %549 = getelementptr inbounds %struct.lane, ptr %548, i64 %547
  %550 = getelementptr inbounds %struct.lane, ptr %548, i64 %547, i32 7
  %551 = load i64, ptr %549, align 8
  %552 = icmp sgt i64 %551, -1
  br i1 %552, label %553, label %606

553:                                              ; preds = %545
  %554 = getelementptr inbounds %struct.lane, ptr %548, i64 %547, i32 1
  br label %555

555:                                              ; preds = %601, %553
  %556 = phi i64 [ %551, %553 ], [ %602, %601 ]
  %557 = load i64, ptr %550, align 8
  %558 = load i64, ptr %488, align 8
  %559 = icmp slt i64 %557, %558
  br i1 %559, label %560, label %604

560:                                              ; preds = %555
  %561 = load ptr, ptr %489, align 8
  %562 = getelementptr inbounds double, ptr %561, i64 %557
  %563 = load double, ptr %562, align 8
  %564 = load double, ptr %554, align 8
  %565 = fcmp ugt double %563, %564
  br i1 %565, label %604, label %566

566:                                              ; preds = %560
  %567 = load ptr, ptr %7, align 8
  %568 = getelementptr inbounds %struct.batch, ptr %567, i64 0, i32 11
  %569 = load ptr, ptr %568, align 8
  %570 = getelementptr inbounds %struct.batch, ptr %567, i64 0, i32 22
  %571 = load i64, ptr %570, align 8
  %572 = mul nsw i64 %571, %556
  %573 = add nsw i64 %557, 1
  store i64 %573, ptr %550, align 8
  %574 = add nsw i64 %572, %557
  %575 = getelementptr inbounds %struct.batch, ptr %567, i64 0, i32 23
  %576 = load i64, ptr %575, align 8
  %577 = mul nsw i64 %576, %574
  %578 = getelementptr inbounds double, ptr %569, i64 %577
  %579 = icmp sgt i64 %576, 0
  br i1 %579, label %580, label %601

580:                                              ; preds = %566
  %581 = getelementptr inbounds %struct.batch, ptr %567, i64 0, i32 9
  br label %582

582:                                              ; preds = %582, %580
  %583 = phi i64 [ 0, %580 ], [ %596, %582 ]
  %584 = load ptr, ptr %11, align 8
  %585 = load ptr, ptr %581, align 8
  %586 = getelementptr inbounds i64, ptr %585, i64 %583
  %587 = load i64, ptr %586, align 8
  %588 = load ptr, ptr %9, align 8
  %589 = getelementptr inbounds %struct.kernel, ptr %588, i64 0, i32 6
  %590 = load i64, ptr %589, align 8
  %591 = mul nsw i64 %590, %587
  %592 = add nsw i64 %591, %547
  %593 = getelementptr inbounds double, ptr %584, i64 %592
  %594 = load double, ptr %593, align 8
  %595 = getelementptr inbounds double, ptr %578, i64 %583
  store double %594, ptr %595, align 8
  %596 = add nuw nsw i64 %583, 1
  %597 = load i64, ptr %575, align 8
  %598 = icmp slt i64 %596, %597
  br i1 %598, label %582, label %599

599:                                              ; preds = %582
  %600 = load i64, ptr %549, align 8
  br label %601

601:                                              ; preds = %599, %566
  %602 = phi i64 [ %600, %599 ], [ %556, %566 ]
  %603 = icmp sgt i64 %602, -1
  br i1 %603, label %555, label %604

604:                                              ; preds = %601, %560, %555
  %605 = load ptr, ptr %9, align 8
  br label %606

606:                                              ; preds = %604, %545
  %607 = phi ptr [ %605, %604 ], [ %546, %545 ]
  %608 = add nuw nsw i64 %547, 1
  %609 = getelementptr inbounds %struct.kernel, ptr %607, i64 0, i32 6
  %610 = load i64, ptr %609, align 8
  %611 = icmp slt i64 %608, %610
  br i1 %611, label %545, label %612

612:                                              ; preds = %606, %490
  %613 = phi ptr [ %524, %490 ], [ %607, %606 ]
  %614 = phi i64 [ %526, %490 ], [ %610, %606 ]
  %615 = icmp sgt i64 %614, 0
  br i1 %615, label %616, label %669

616:                                              ; preds = %612
  %617 = load ptr, ptr %7, align 8
  %618 = getelementptr inbounds %struct.batch, ptr %617, i64 0, i32 12
  %619 = getelementptr inbounds %struct.batch, ptr %617, i64 0, i32 10
  %620 = getelementptr inbounds %struct.batch, ptr %617, i64 0, i32 22
  br label %621

621:                                              ; preds = %661, %616
  %622 = phi i32 [ 0, %616 ], [ %662, %661 ]
  %623 = phi i64 [ 0, %616 ], [ %663, %661 ]
  %624 = phi i64 [ 0, %616 ], [ %664, %661 ]
  %625 = load ptr, ptr %10, align 8
  %626 = getelementptr inbounds %struct.lane, ptr %625, i64 %624
  %627 = load i64, ptr %626, align 8
  %628 = icmp slt i64 %627, 0
  br i1 %628, label %661, label %629

629:                                              ; preds = %621
  %630 = load ptr, ptr %618, align 8
  %631 = getelementptr inbounds i64, ptr %630, i64 %627
  %632 = load ptr, ptr %619, align 8
  %633 = getelementptr inbounds i64, ptr %632, i64 1
  %634 = load volatile i64, ptr %633, align 8
  %635 = icmp eq i64 %634, 0
  br i1 %635, label %645, label %636

636:                                              ; preds = %629
  %637 = load i64, ptr %631, align 8
  %638 = icmp eq i64 %637, 0
  br i1 %638, label %639, label %645

639:                                              ; preds = %636
  %640 = getelementptr inbounds %struct.lane, ptr %625, i64 %624, i32 7
  %641 = load i64, ptr %640, align 8
  %642 = load i64, ptr %620, align 8
  %643 = icmp slt i64 %641, %642
  br i1 %643, label %644, label %645

644:                                              ; preds = %639
  store i64 5, ptr %631, align 8
  br label %645

645:                                              ; preds = %644, %639, %636, %629
  %646 = getelementptr inbounds %struct.lane, ptr %625, i64 %624, i32 7
  %647 = load i64, ptr %646, align 8
  %648 = load i64, ptr %620, align 8
  %649 = icmp eq i64 %647, %648
  br i1 %649, label %653, label %650

650:                                              ; preds = %645
  %651 = load i64, ptr %631, align 8
  %652 = icmp eq i64 %651, 0
  br i1 %652, label %654, label %653

653:                                              ; preds = %650, %645
  store i64 -1, ptr %626, align 8
  br label %661

654:                                              ; preds = %650
  %655 = add nsw i64 %623, 1
  %656 = getelementptr inbounds %struct.lane, ptr %625, i64 %624, i32 9
  %657 = load i64, ptr %656, align 8
  %658 = icmp ne i64 %657, 0
  %659 = zext i1 %658 to i32
  %660 = or i32 %622, %659
  br label %661

661:                                              ; preds = %654, %653, %621
  %662 = phi i32 [ %622, %621 ], [ %622, %653 ], [ %660, %654 ]
  %663 = phi i64 [ %623, %621 ], [ %623, %653 ], [ %655, %654 ]
  %664 = add nuw nsw i64 %624, 1
  %665 = load ptr, ptr %9, align 8
  %666 = getelementptr inbounds %struct.kernel, ptr %665, i64 0, i32 6
  %667 = load i64, ptr %666, align 8
  %668 = icmp slt i64 %664, %667
  br i1 %668, label %621, label %669

669:                                              ; preds = %661, %612, %540, %482, %434, %384
  %670 = phi i64 [ %614, %612 ], [ %543, %540 ], [ %484, %482 ], [ %437, %434 ], [ %387, %384 ], [ %667, %661 ]
  %671 = phi ptr [ %613, %612 ], [ %541, %540 ], [ %483, %482 ], [ %435, %434 ], [ %385, %384 ], [ %665, %661 ]
  %672 = phi i32 [ 0, %612 ], [ 0, %540 ], [ 0, %482 ], [ 0, %434 ], [ 0, %384 ], [ %662, %661 ]
  %673 = phi i64 [ 0, %612 ], [ 0, %540 ], [ 0, %482 ], [ 0, %434 ], [ 0, %384 ], [ %663, %661 ]
  %674 = icmp slt i64 %673, %670
  br i1 %674, label %675, label %683

675:                                              ; preds = %669
  %676 = load ptr, ptr %7, align 8
  %677 = getelementptr inbounds %struct.batch, ptr %676, i64 0, i32 10
  %678 = load ptr, ptr %677, align 8
  %679 = load volatile i64, ptr %678, align 8
  %680 = getelementptr inbounds %struct.batch, ptr %676, i64 0, i32 18
  %681 = load i64, ptr %680, align 8
  %682 = icmp slt i64 %679, %681
  br i1 %682, label %48, label %683

683:                                              ; preds = %675, %669
  %684 = icmp eq i64 %673, 0
  br i1 %684, label %1320, label %685

685:                                              ; preds = %683
  %686 = icmp eq i32 %672, 0
  br i1 %686, label %778, label %687

687:                                              ; preds = %685
  %688 = getelementptr inbounds %struct.kernel, ptr %671, i64 0, i32 1
  %689 = load ptr, ptr %688, align 8
  %690 = load ptr, ptr %11, align 8
  call void %689(ptr noundef %690) #7
  %691 = load ptr, ptr %9, align 8
  %692 = getelementptr inbounds %struct.kernel, ptr %691, i64 0, i32 6
  %693 = load i64, ptr %692, align 8
  %694 = icmp sgt i64 %693, 0
  br i1 %694, label %695, label %857

695:                                              ; preds = %687
  %696 = getelementptr inbounds %struct.kernel, ptr %691, i64 0, i32 7
  %697 = getelementptr inbounds %struct.kernel, ptr %691, i64 0, i32 15
  %698 = getelementptr inbounds %struct.kernel, ptr %691, i64 0, i32 16
  %699 = getelementptr inbounds %struct.kernel, ptr %691, i64 0, i32 14
  br label %700

700:                                              ; preds = %772, %695
  %701 = phi ptr [ %691, %695 ], [ %773, %772 ]
  %702 = phi i64 [ %693, %695 ], [ %776, %772 ]
  %703 = phi i64 [ 0, %695 ], [ %774, %772 ]
  %704 = load ptr, ptr %10, align 8
  %705 = getelementptr inbounds %struct.lane, ptr %704, i64 %703
  %706 = load i64, ptr %705, align 8
  %707 = icmp slt i64 %706, 0
  br i1 %707, label %772, label %708

708:                                              ; preds = %700
  %709 = getelementptr inbounds %struct.lane, ptr %704, i64 %703, i32 9
  %710 = load i64, ptr %709, align 8
  %711 = icmp eq i64 %710, 0
  br i1 %711, label %772, label %712

712:                                              ; preds = %708
  %713 = load ptr, ptr %7, align 8
  %714 = getelementptr inbounds %struct.batch, ptr %713, i64 0, i32 19
  %715 = load i64, ptr %714, align 8
  %716 = icmp sgt i64 %715, 0
  br i1 %716, label %717, label %727

717:                                              ; preds = %712
  %718 = load ptr, ptr %11, align 8
  %719 = load i64, ptr %696, align 8
  %720 = load i64, ptr %697, align 8
  %721 = load i64, ptr %698, align 8
  %722 = mul nsw i64 %721, %702
  %723 = add nsw i64 %722, %703
  %724 = getelementptr inbounds double, ptr %718, i64 %723
  %725 = load double, ptr %724, align 8
  %726 = load i64, ptr %699, align 8
  br label %740

727:                                              ; preds = %740, %712
  %728 = phi double [ 0.000000e+00, %712 ], [ %769, %740 ]
  %729 = phi double [ 0.000000e+00, %712 ], [ %767, %740 ]
  %730 = fcmp ogt double %729, 1.000000e-10
  %731 = fcmp ogt double %728, 1.000000e-10
  %732 = select i1 %730, i1 %731, i1 false
  %733 = fdiv double %729, %728
  %734 = call double @llvm.sqrt.f64(double %733)
  %735 = fmul double %734, 5.000000e-01
  %736 = select i1 %732, double %735, double 0x3EB0C6F7A0B5ED8D
  %737 = getelementptr inbounds %struct.lane, ptr %704, i64 %703, i32 3
  store double %736, ptr %737, align 8
  %738 = getelementptr inbounds %struct.lane, ptr %704, i64 %703, i32 4
  store double 1.000000e-04, ptr %738, align 8
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(16) %709, i8 0, i64 16, i1 false)
  %739 = load ptr, ptr %9, align 8
  br label %772

740:                                              ; preds = %740, %717
  %741 = phi double [ 0.000000e+00, %717 ], [ %767, %740 ]
  %742 = phi double [ 0.000000e+00, %717 ], [ %769, %740 ]
  %743 = phi i64 [ 0, %717 ], [ %770, %740 ]
  %744 = add nsw i64 %743, %719
  %745 = mul nsw i64 %744, %702
  %746 = add nsw i64 %745, %703
  %747 = getelementptr inbounds double, ptr %718, i64 %746
  %748 = load double, ptr %747, align 8
  %749 = add nsw i64 %743, %720
  %750 = mul nsw i64 %749, %702
  %751 = add nsw i64 %750, %703
  %752 = getelementptr inbounds double, ptr %718, i64 %751
  %753 = load double, ptr %752, align 8
  %754 = fcmp olt double %748, 0.000000e+00
  %755 = fneg double %748
  %756 = select i1 %754, double %755, double %748
  %757 = fmul double %725, %756
  %758 = fadd double %753, %757
  %759 = fdiv double %748, %758
  %760 = add nsw i64 %743, %726
  %761 = mul nsw i64 %760, %702
  %762 = add nsw i64 %761, %703
  %763 = getelementptr inbounds double, ptr %718, i64 %762
  %764 = load double, ptr %763, align 8
  %765 = fdiv double %764, %758
  %766 = fmul double %759, %759
  %767 = fadd double %741, %766
  %768 = fmul double %765, %765
  %769 = fadd double %742, %768
  %770 = add nuw nsw i64 %743, 1
  %771 = icmp eq i64 %770, %715
  br i1 %771, label %727, label %740

772:                                              ; preds = %727, %708, %700
  %773 = phi ptr [ %701, %700 ], [ %701, %708 ], [ %739, %727 ]
  %774 = add nuw nsw i64 %703, 1
  %775 = getelementptr inbounds %struct.kernel, ptr %773, i64 0, i32 6
  %776 = load i64, ptr %775, align 8
  %777 = icmp slt i64 %774, %776
  br i1 %777, label %700, label %778

778:                                              ; preds = %772, %685
  %779 = phi i64 [ %670, %685 ], [ %776, %772 ]
  %780 = phi ptr [ %671, %685 ], [ %773, %772 ]
  %781 = icmp sgt i64 %779, 0
  br i1 %781, label %782, label %857

782:                                              ; preds = %778
  %783 = load ptr, ptr %7, align 8
  %784 = getelementptr inbounds %struct.batch, ptr %783, i64 0, i32 8
  %785 = getelementptr inbounds %struct.batch, ptr %783, i64 0, i32 22
  %786 = getelementptr inbounds %struct.batch, ptr %783, i64 0, i32 4
  %787 = getelementptr inbounds %struct.batch, ptr %783, i64 0, i32 5
  br label %788

788:                                              ; preds = %851, %782
  %789 = phi ptr [ %780, %782 ], [ %852, %851 ]
  %790 = phi i64 [ 0, %782 ], [ %853, %851 ]
  %791 = load ptr, ptr %10, align 8
  %792 = getelementptr inbounds %struct.lane, ptr %791, i64 %790
  %793 = load i64, ptr %792, align 8
  %794 = icmp slt i64 %793, 0
  br i1 %794, label %851, label %795

795:                                              ; preds = %788
  %796 = load ptr, ptr %784, align 8
  %797 = load i64, ptr %785, align 8
  %798 = add nsw i64 %797, -1
  %799 = getelementptr inbounds double, ptr %796, i64 %798
  %800 = load double, ptr %799, align 8
  %801 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 5
  store double %800, ptr %801, align 8
  %802 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 6
  %803 = load i64, ptr %802, align 8
  %804 = load ptr, ptr %786, align 8
  %805 = getelementptr inbounds i64, ptr %804, i64 %793
  %806 = load i64, ptr %805, align 8
  %807 = icmp slt i64 %803, %806
  br i1 %807, label %808, label %814

808:                                              ; preds = %795
  %809 = load ptr, ptr %787, align 8
  %810 = getelementptr inbounds double, ptr %809, i64 %803
  %811 = load double, ptr %810, align 8
  %812 = fcmp olt double %800, %811
  %813 = select i1 %812, double %800, double %811
  store double %813, ptr %801, align 8
  br label %814

814:                                              ; preds = %808, %795
  %815 = phi double [ %813, %808 ], [ %800, %795 ]
  %816 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 13
  %817 = load i64, ptr %816, align 8
  %818 = icmp sgt i64 %817, 0
  br i1 %818, label %819, label %824

819:                                              ; preds = %814
  %820 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 20
  %821 = load double, ptr %820, align 8
  %822 = fcmp olt double %815, %821
  %823 = select i1 %822, double %815, double %821
  store double %823, ptr %801, align 8
  br label %824

824:                                              ; preds = %819, %814
  %825 = phi double [ %823, %819 ], [ %815, %814 ]
  %826 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 1
  %827 = load double, ptr %826, align 8
  %828 = fsub double %825, %827
  %829 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 3
  %830 = load double, ptr %829, align 8
  %831 = fmul double %830, 1.000100e+00
  %832 = fcmp ult double %831, %828
  br i1 %832, label %833, label %838

833:                                              ; preds = %824
  %834 = fmul double %830, 2.000000e+00
  %835 = fcmp ogt double %834, %828
  br i1 %835, label %836, label %838

836:                                              ; preds = %833
  %837 = fmul double %828, 5.000000e-01
  br label %838

838:                                              ; preds = %836, %833, %824
  %839 = phi double [ %837, %836 ], [ %830, %833 ], [ %828, %824 ]
  %840 = getelementptr inbounds %struct.lane, ptr %791, i64 %790, i32 2
  store double %839, ptr %840, align 8
  %841 = load ptr, ptr %11, align 8
  %842 = load ptr, ptr %9, align 8
  %843 = getelementptr inbounds %struct.kernel, ptr %842, i64 0, i32 10
  %844 = load i64, ptr %843, align 8
  %845 = getelementptr inbounds %struct.kernel, ptr %842, i64 0, i32 6
  %846 = load i64, ptr %845, align 8
  %847 = mul nsw i64 %846, %844
  %848 = add nsw i64 %847, %790
  %849 = getelementptr inbounds double, ptr %841, i64 %848
  store double %839, ptr %849, align 8
  %850 = load ptr, ptr %9, align 8
  br label %851

851:                                              ; preds = %838, %788
  %852 = phi ptr [ %789, %788 ], [ %850, %838 ]
  %853 = add nuw nsw i64 %790, 1
  %854 = getelementptr inbounds %struct.kernel, ptr %852, i64 0, i32 6
  %855 = load i64, ptr %854, align 8
  %856 = icmp slt i64 %853, %855
  br i1 %856, label %788, label %857

857:                                              ; preds = %851, %778, %687
  %858 = phi ptr [ %780, %778 ], [ %691, %687 ], [ %852, %851 ]
  %859 = getelementptr inbounds %struct.kernel, ptr %858, i64 0, i32 2
  %860 = load ptr, ptr %859, align 8
  %861 = load ptr, ptr %11, align 8
  call void %860(ptr noundef %861) #7
  %862 = add nuw nsw i64 %46, 1
  %863 = load ptr, ptr %7, align 8
  %864 = getelementptr inbounds %struct.batch, ptr %863, i64 0, i32 8
  %865 = load ptr, ptr %864, align 8
  %866 = getelementptr inbounds %struct.batch, ptr %863, i64 0, i32 22
  %867 = load i64, ptr %866, align 8
  %868 = add nsw i64 %867, -1
  %869 = getelementptr inbounds double, ptr %865, i64 %868
  %870 = load double, ptr %869, align 8
  %871 = load double, ptr %865, align 8
  %872 = fsub double %870, %871
  %873 = fmul double %872, 0x3D06849B86A12B9B
  %874 = load ptr, ptr %9, align 8
  %875 = getelementptr inbounds %struct.kernel, ptr %874, i64 0, i32 6
  %876 = load i64, ptr %875, align 8
  %877 = icmp sgt i64 %876, 0
  br i1 %877, label %878, label %1227

878:                                              ; preds = %857
  %879 = getelementptr inbounds %struct.batch, ptr %863, i64 0, i32 12
  %880 = getelementptr inbounds %struct.batch, ptr %863, i64 0, i32 13
  %881 = getelementptr inbounds %struct.batch, ptr %863, i64 0, i32 25
  br label %882

882:                                              ; preds = %1007, %878
  %883 = phi i64 [ %876, %878 ], [ %1011, %1007 ]
  %884 = phi ptr [ %874, %878 ], [ %1009, %1007 ]
  %885 = phi i64 [ 0, %878 ], [ %1008, %1007 ]
  %886 = load ptr, ptr %10, align 8
  %887 = getelementptr inbounds %struct.lane, ptr %886, i64 %885
  %888 = load ptr, ptr %11, align 8
  %889 = getelementptr inbounds %struct.kernel, ptr %884, i64 0, i32 12
  %890 = load i64, ptr %889, align 8
  %891 = mul nsw i64 %890, %883
  %892 = add nsw i64 %891, %885
  %893 = getelementptr inbounds double, ptr %888, i64 %892
  store double 0.000000e+00, ptr %893, align 8
  %894 = load i64, ptr %887, align 8
  %895 = icmp slt i64 %894, 0
  br i1 %895, label %1007, label %896

896:                                              ; preds = %882
  %897 = load ptr, ptr %11, align 8
  %898 = load ptr, ptr %9, align 8
  %899 = getelementptr inbounds %struct.kernel, ptr %898, i64 0, i32 13
  %900 = load i64, ptr %899, align 8
  %901 = getelementptr inbounds %struct.kernel, ptr %898, i64 0, i32 6
  %902 = load i64, ptr %901, align 8
  %903 = mul nsw i64 %902, %900
  %904 = add nsw i64 %903, %885
  %905 = getelementptr inbounds double, ptr %897, i64 %904
  %906 = load double, ptr %905, align 8
  %907 = load ptr, ptr %879, align 8
  %908 = getelementptr inbounds i64, ptr %907, i64 %894
  %909 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 8
  %910 = load i64, ptr %909, align 8
  %911 = add nsw i64 %910, 1
  store i64 %911, ptr %909, align 8
  %912 = fcmp ugt double %906, 1.000000e+00
  br i1 %912, label %971, label %913

913:                                              ; preds = %896
  %914 = load ptr, ptr %11, align 8
  %915 = load ptr, ptr %9, align 8
  %916 = getelementptr inbounds %struct.kernel, ptr %915, i64 0, i32 12
  %917 = load i64, ptr %916, align 8
  %918 = getelementptr inbounds %struct.kernel, ptr %915, i64 0, i32 6
  %919 = load i64, ptr %918, align 8
  %920 = mul nsw i64 %919, %917
  %921 = add nsw i64 %920, %885
  %922 = getelementptr inbounds double, ptr %914, i64 %921
  store double 1.000000e+00, ptr %922, align 8
  %923 = fcmp ogt double %906, 1.000000e-10
  %924 = select i1 %923, double %906, double 1.000000e-10
  %925 = call double @llvm.pow.f64(double %924, double -1.600000e-01)
  %926 = fmul double %925, 9.000000e-01
  %927 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 4
  %928 = load double, ptr %927, align 8
  %929 = call double @llvm.pow.f64(double %928, double 8.000000e-02)
  %930 = fmul double %926, %929
  %931 = fcmp olt double %930, 2.000000e-01
  %932 = select i1 %931, double 2.000000e-01, double %930
  %933 = fcmp ogt double %932, 1.000000e+01
  %934 = select i1 %933, double 1.000000e+01, double %932
  %935 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 10
  %936 = load i64, ptr %935, align 8
  %937 = icmp eq i64 %936, 0
  %938 = fcmp olt double %934, 1.000000e+00
  %939 = select i1 %937, i1 true, i1 %938
  %940 = select i1 %939, double %934, double 1.000000e+00
  %941 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 2
  %942 = load double, ptr %941, align 8
  %943 = fmul double %942, %940
  %944 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 3
  %945 = load double, ptr %944, align 8
  %946 = fcmp olt double %942, %945
  br i1 %946, label %947, label %953

947:                                              ; preds = %913
  %948 = fcmp ogt double %940, 1.000000e+00
  %949 = select i1 %948, double 1.000000e+00, double %940
  %950 = fmul double %945, %949
  %951 = fcmp ogt double %943, %950
  %952 = select i1 %951, double %943, double %950
  br label %953

953:                                              ; preds = %947, %913
  %954 = phi double [ %952, %947 ], [ %943, %913 ]
  store double %954, ptr %944, align 8
  store i64 0, ptr %935, align 8
  %955 = fcmp ogt double %906, 1.000000e-04
  %956 = select i1 %955, double %906, double 1.000000e-04
  store double %956, ptr %927, align 8
  %957 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 5
  %958 = load double, ptr %957, align 8
  %959 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 1
  %960 = load double, ptr %959, align 8
  %961 = fsub double %958, %960
  %962 = fcmp une double %942, %961
  br i1 %962, label %963, label %965

963:                                              ; preds = %953
  %964 = fadd double %942, %960
  store double %964, ptr %957, align 8
  br label %965

965:                                              ; preds = %963, %953
  %966 = load ptr, ptr %880, align 8
  %967 = load i64, ptr %887, align 8
  %968 = getelementptr inbounds i64, ptr %966, i64 %967
  %969 = load i64, ptr %968, align 8
  %970 = add nsw i64 %969, 1
  store i64 %970, ptr %968, align 8
  br label %998

971:                                              ; preds = %896
  %972 = fcmp olt double %906, 1.000000e+30
  br i1 %972, label %973, label %980

973:                                              ; preds = %971
  %974 = call double @llvm.pow.f64(double %906, double -2.000000e-01)
  %975 = fmul double %974, 9.000000e-01
  %976 = fcmp olt double %975, 2.000000e-01
  %977 = select i1 %976, double 2.000000e-01, double %975
  %978 = fcmp ogt double %977, 1.000000e+00
  %979 = select i1 %978, double 1.000000e+00, double %977
  br label %980

980:                                              ; preds = %973, %971
  %981 = phi double [ %979, %973 ], [ 1.000000e-01, %971 ]
  %982 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 10
  store i64 1, ptr %982, align 8
  %983 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 2
  %984 = load double, ptr %983, align 8
  %985 = fmul double %981, %984
  %986 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 3
  store double %985, ptr %986, align 8
  %987 = getelementptr inbounds %struct.lane, ptr %886, i64 %885, i32 1
  %988 = load double, ptr %987, align 8
  %989 = fcmp olt double %988, 0.000000e+00
  %990 = fneg double %988
  %991 = select i1 %989, double %990, double %988
  %992 = fmul double %991, 0x3D06849B86A12B9B
  %993 = fcmp ogt double %873, %992
  %994 = select i1 %993, double %873, double %992
  %995 = fcmp olt double %985, %994
  br i1 %995, label %996, label %998

996:                                              ; preds = %980
  %997 = select i1 %972, i64 2, i64 3
  br label %1005

998:                                              ; preds = %980, %965
  %999 = load i64, ptr %908, align 8
  %1000 = icmp eq i64 %999, 0
  br i1 %1000, label %1001, label %1007

1001:                                             ; preds = %998
  %1002 = load i64, ptr %909, align 8
  %1003 = load i64, ptr %881, align 8
  %1004 = icmp slt i64 %1002, %1003
  br i1 %1004, label %1007, label %1005

1005:                                             ; preds = %1001, %996
  %1006 = phi i64 [ %997, %996 ], [ 1, %1001 ]
  store i64 %1006, ptr %908, align 8
  br label %1007

1007:                                             ; preds = %1005, %1001, %998, %882
  %1008 = add nuw nsw i64 %885, 1
  %1009 = load ptr, ptr %9, align 8
  %1010 = getelementptr inbounds %struct.kernel, ptr %1009, i64 0, i32 6
  %1011 = load i64, ptr %1010, align 8
  %1012 = icmp slt i64 %1008, %1011
  br i1 %1012, label %882, label %1013

1013:                                             ; preds = %1007
  %1014 = load ptr, ptr %7, align 8
  %1015 = icmp sgt i64 %1011, 0
  br i1 %1015, label %1021, label %1227

1016:                                             ; preds = %1021
  %1017 = getelementptr inbounds %struct.batch, ptr %1014, i64 0, i32 22
  %1018 = getelementptr inbounds %struct.batch, ptr %1014, i64 0, i32 8
  %1019 = getelementptr inbounds %struct.batch, ptr %1014, i64 0, i32 24
  %1020 = icmp sgt i64 %1036, 0
  br i1 %1020, label %1042, label %1227

1021:                                             ; preds = %1013, %1021
  %1022 = phi i64 [ %1036, %1021 ], [ %1011, %1013 ]
  %1023 = phi ptr [ %1034, %1021 ], [ %1009, %1013 ]
  %1024 = phi i64 [ %1033, %1021 ], [ 0, %1013 ]
  %1025 = load ptr, ptr %11, align 8
  %1026 = getelementptr inbounds %struct.kernel, ptr %1023, i64 0, i32 11
  %1027 = load i64, ptr %1026, align 8
  %1028 = mul nsw i64 %1027, %1022
  %1029 = add nsw i64 %1028, %1024
  %1030 = getelementptr inbounds double, ptr %1025, i64 %1029
  store double 0.000000e+00, ptr %1030, align 8
  %1031 = load ptr, ptr %10, align 8
  %1032 = getelementptr inbounds %struct.lane, ptr %1031, i64 %1024, i32 14
  store i64 0, ptr %1032, align 8
  %1033 = add nuw nsw i64 %1024, 1
  %1034 = load ptr, ptr %9, align 8
  %1035 = getelementptr inbounds %struct.kernel, ptr %1034, i64 0, i32 6
  %1036 = load i64, ptr %1035, align 8
  %1037 = icmp slt i64 %1033, %1036
  br i1 %1037, label %1021, label %1016

1038:                                             ; preds = %1221
  %1039 = icmp sgt i64 %1225, 0
  br i1 %1039, label %1114, label %1227

1040:                                             ; preds = %1106
  %1041 = icmp eq i32 %1109, 0
  br i1 %1041, label %1227, label %1120

1042:                                             ; preds = %1016, %1114
  %1043 = phi ptr [ %1115, %1114 ], [ %1034, %1016 ]
  %1044 = phi i64 [ %1116, %1114 ], [ %1036, %1016 ]
  %1045 = phi i32 [ %1117, %1114 ], [ 0, %1016 ]
  %1046 = phi i32 [ %1118, %1114 ], [ 0, %1016 ]
  %1047 = phi i64 [ %1119, %1114 ], [ 0, %1016 ]
  %1048 = load ptr, ptr %10, align 8
  %1049 = getelementptr inbounds %struct.lane, ptr %1048, i64 %1047
  %1050 = load i64, ptr %1049, align 8
  %1051 = icmp slt i64 %1050, 0
  br i1 %1051, label %1106, label %1052

1052:                                             ; preds = %1042
  %1053 = load ptr, ptr %11, align 8
  %1054 = getelementptr inbounds %struct.kernel, ptr %1043, i64 0, i32 12
  %1055 = load i64, ptr %1054, align 8
  %1056 = mul nsw i64 %1055, %1044
  %1057 = add nsw i64 %1056, %1047
  %1058 = getelementptr inbounds double, ptr %1053, i64 %1057
  %1059 = load double, ptr %1058, align 8
  %1060 = fcmp oeq double %1059, 0.000000e+00
  br i1 %1060, label %1106, label %1061

1061:                                             ; preds = %1052
  %1062 = getelementptr inbounds %struct.lane, ptr %1048, i64 %1047, i32 16
  %1063 = load double, ptr %1062, align 8
  %1064 = load ptr, ptr %8, align 8
  %1065 = getelementptr inbounds %struct.machine, ptr %1064, i64 0, i32 28
  %1066 = load i64, ptr %1065, align 8
  %1067 = getelementptr inbounds %struct.lane, ptr %1048, i64 %1047, i32 7
  %1068 = load i64, ptr %1067, align 8
  %1069 = load i64, ptr %1017, align 8
  %1070 = icmp slt i64 %1068, %1069
  br i1 %1070, label %1071, label %1078

1071:                                             ; preds = %1061
  %1072 = load ptr, ptr %1018, align 8
  %1073 = getelementptr inbounds double, ptr %1072, i64 %1068
  %1074 = load double, ptr %1073, align 8
  %1075 = fcmp olt double %1074, %1063
  br i1 %1075, label %1076, label %1078

1076:                                             ; preds = %1071
  %1077 = load i64, ptr %1019, align 8
  br label %1078

1078:                                             ; preds = %1076, %1071, %1061
  %1079 = phi double [ %1074, %1076 ], [ %1063, %1071 ], [ %1063, %1061 ]
  %1080 = phi i64 [ %1077, %1076 ], [ %1066, %1071 ], [ %1066, %1061 ]
  %1081 = getelementptr inbounds %struct.lane, ptr %1048, i64 %1047, i32 5
  %1082 = load double, ptr %1081, align 8
  %1083 = fcmp olt double %1079, %1082
  br i1 %1083, label %1084, label %1091

1084:                                             ; preds = %1078
  %1085 = getelementptr inbounds %struct.lane, ptr %1048, i64 %1047, i32 1
  %1086 = load double, ptr %1085, align 8
  %1087 = fsub double %1079, %1086
  %1088 = getelementptr inbounds %struct.lane, ptr %1048, i64 %1047, i32 2
  %1089 = load double, ptr %1088, align 8
  %1090 = fdiv double %1087, %1089
  br label %1091

1091:                                             ; preds = %1084, %1078
  %1092 = phi double [ %1090, %1084 ], [ 0.000000e+00, %1078 ]
  %1093 = getelementptr inbounds %struct.kernel, ptr %1043, i64 0, i32 11
  %1094 = load i64, ptr %1093, align 8
  %1095 = mul nsw i64 %1094, %1044
  %1096 = add nsw i64 %1095, %1047
  %1097 = getelementptr inbounds double, ptr %1053, i64 %1096
  store double %1092, ptr %1097, align 8
  %1098 = load double, ptr %1081, align 8
  %1099 = fcmp olt double %1079, %1098
  %1100 = icmp ne i64 %1080, 0
  %1101 = select i1 %1099, i1 %1100, i1 false
  %1102 = zext i1 %1101 to i32
  %1103 = or i32 %1046, %1102
  %1104 = select i1 %1099, i32 1, i32 %1045
  %1105 = load ptr, ptr %9, align 8
  br label %1106

1106:                                             ; preds = %1091, %1052, %1042
  %1107 = phi ptr [ %1105, %1091 ], [ %1043, %1052 ], [ %1043, %1042 ]
  %1108 = phi i32 [ %1103, %1091 ], [ %1046, %1052 ], [ %1046, %1042 ]
  %1109 = phi i32 [ %1104, %1091 ], [ %1045, %1052 ], [ %1045, %1042 ]
  %1110 = add nuw nsw i64 %1047, 1
  %1111 = getelementptr inbounds %struct.kernel, ptr %1107, i64 0, i32 6
  %1112 = load i64, ptr %1111, align 8
  %1113 = icmp slt i64 %1110, %1112
  br i1 %1113, label %1114, label %1040

1114:                                             ; preds = %1106, %1038
  %1115 = phi ptr [ %1107, %1106 ], [ %1223, %1038 ]
  %1116 = phi i64 [ %1112, %1106 ], [ %1225, %1038 ]
  %1117 = phi i32 [ %1109, %1106 ], [ 0, %1038 ]
  %1118 = phi i32 [ %1108, %1106 ], [ 0, %1038 ]
  %1119 = phi i64 [ %1110, %1106 ], [ 0, %1038 ]
  br label %1042

1120:                                             ; preds = %1040
  %1121 = getelementptr inbounds %struct.kernel, ptr %1107, i64 0, i32 3
  %1122 = load ptr, ptr %1121, align 8
  %1123 = load ptr, ptr %11, align 8
  call void %1122(ptr noundef %1123) #7
  %1124 = icmp eq i32 %1108, 0
  br i1 %1124, label %1130, label %1125

1125:                                             ; preds = %1120
  %1126 = load ptr, ptr %9, align 8
  %1127 = getelementptr inbounds %struct.kernel, ptr %1126, i64 0, i32 4
  %1128 = load ptr, ptr %1127, align 8
  %1129 = load ptr, ptr %11, align 8
  call void %1128(ptr noundef %1129) #7
  br label %1130

1130:                                             ; preds = %1125, %1120
  %1131 = load ptr, ptr %9, align 8
  %1132 = getelementptr inbounds %struct.kernel, ptr %1131, i64 0, i32 6
  %1133 = load i64, ptr %1132, align 8
  %1134 = icmp sgt i64 %1133, 0
  br i1 %1134, label %1135, label %1227

1135:                                             ; preds = %1130, %1221
  %1136 = phi i64 [ %1225, %1221 ], [ %1133, %1130 ]
  %1137 = phi ptr [ %1223, %1221 ], [ %1131, %1130 ]
  %1138 = phi i64 [ %1222, %1221 ], [ 0, %1130 ]
  %1139 = load ptr, ptr %10, align 8
  %1140 = getelementptr inbounds %struct.lane, ptr %1139, i64 %1138
  %1141 = load i64, ptr %1140, align 8
  %1142 = icmp slt i64 %1141, 0
  br i1 %1142, label %1221, label %1143

1143:                                             ; preds = %1135
  %1144 = load ptr, ptr %11, align 8
  %1145 = getelementptr inbounds %struct.kernel, ptr %1137, i64 0, i32 12
  %1146 = load i64, ptr %1145, align 8
  %1147 = mul nsw i64 %1146, %1136
  %1148 = add nsw i64 %1147, %1138
  %1149 = getelementptr inbounds double, ptr %1144, i64 %1148
  %1150 = load double, ptr %1149, align 8
  %1151 = fcmp oeq double %1150, 0.000000e+00
  br i1 %1151, label %1221, label %1152

1152:                                             ; preds = %1143
  %1153 = getelementptr inbounds %struct.kernel, ptr %1137, i64 0, i32 11
  %1154 = load i64, ptr %1153, align 8
  %1155 = mul nsw i64 %1154, %1136
  %1156 = add nsw i64 %1155, %1138
  %1157 = getelementptr inbounds double, ptr %1144, i64 %1156
  %1158 = load double, ptr %1157, align 8
  %1159 = fcmp oeq double %1158, 0.000000e+00
  br i1 %1159, label %1221, label %1160

1160:                                             ; preds = %1152
  %1161 = getelementptr inbounds %struct.lane, ptr %1139, i64 %1138, i32 16
  %1162 = load double, ptr %1161, align 8
  %1163 = getelementptr inbounds %struct.lane, ptr %1139, i64 %1138, i32 7
  %1164 = load i64, ptr %1163, align 8
  %1165 = load i64, ptr %1017, align 8
  %1166 = icmp slt i64 %1164, %1165
  br i1 %1166, label %1167, label %1205

1167:                                             ; preds = %1160
  %1168 = load ptr, ptr %1018, align 8
  %1169 = getelementptr inbounds double, ptr %1168, i64 %1164
  %1170 = load double, ptr %1169, align 8
  %1171 = fcmp olt double %1170, %1162
  br i1 %1171, label %1172, label %1205

1172:                                             ; preds = %1167
  %1173 = load ptr, ptr %7, align 8
  %1174 = getelementptr inbounds %struct.batch, ptr %1173, i64 0, i32 11
  %1175 = load ptr, ptr %1174, align 8
  %1176 = getelementptr inbounds %struct.batch, ptr %1173, i64 0, i32 22
  %1177 = load i64, ptr %1176, align 8
  %1178 = mul nsw i64 %1177, %1141
  %1179 = add nsw i64 %1164, 1
  store i64 %1179, ptr %1163, align 8
  %1180 = add nsw i64 %1178, %1164
  %1181 = getelementptr inbounds %struct.batch, ptr %1173, i64 0, i32 23
  %1182 = load i64, ptr %1181, align 8
  %1183 = mul nsw i64 %1182, %1180
  %1184 = getelementptr inbounds double, ptr %1175, i64 %1183
  %1185 = icmp sgt i64 %1182, 0
  br i1 %1185, label %1186, label %1221

1186:                                             ; preds = %1172
  %1187 = getelementptr inbounds %struct.batch, ptr %1173, i64 0, i32 9
  br label %1188

1188:                                             ; preds = %1188, %1186
  %1189 = phi i64 [ 0, %1186 ], [ %1202, %1188 ]
  %1190 = load ptr, ptr %11, align 8
  %1191 = load ptr, ptr %1187, align 8
  %1192 = getelementptr inbounds i64, ptr %1191, i64 %1189
  %1193 = load i64, ptr %1192, align 8
  %1194 = load ptr, ptr %9, align 8
  %1195 = getelementptr inbounds %struct.kernel, ptr %1194, i64 0, i32 6
  %1196 = load i64, ptr %1195, align 8
  %1197 = mul nsw i64 %1196, %1193
  %1198 = add nsw i64 %1197, %1138
  %1199 = getelementptr inbounds double, ptr %1190, i64 %1198
  %1200 = load double, ptr %1199, align 8
  %1201 = getelementptr inbounds double, ptr %1184, i64 %1189
  store double %1200, ptr %1201, align 8
  %1202 = add nuw nsw i64 %1189, 1
  %1203 = load i64, ptr %1181, align 8
  %1204 = icmp slt i64 %1202, %1203
  br i1 %1204, label %1188, label %1221

1205:                                             ; preds = %1167, %1160
  %1206 = call fastcc i32 @look(ptr noundef nonnull %7, ptr noundef nonnull %1140, i64 noundef %1138)
  %1207 = icmp eq i32 %1206, 0
  br i1 %1207, label %1221, label %1208

1208:                                             ; preds = %1205
  %1209 = getelementptr inbounds %struct.lane, ptr %1139, i64 %1138, i32 5
  store double %1162, ptr %1209, align 8
  %1210 = getelementptr inbounds %struct.lane, ptr %1139, i64 %1138, i32 9
  store i64 1, ptr %1210, align 8
  %1211 = getelementptr inbounds %struct.lane, ptr %1139, i64 %1138, i32 14
  store i64 1, ptr %1211, align 8
  %1212 = load ptr, ptr %11, align 8
  %1213 = load ptr, ptr %9, align 8
  %1214 = getelementptr inbounds %struct.kernel, ptr %1213, i64 0, i32 12
  %1215 = load i64, ptr %1214, align 8
  %1216 = getelementptr inbounds %struct.kernel, ptr %1213, i64 0, i32 6
  %1217 = load i64, ptr %1216, align 8
  %1218 = mul nsw i64 %1217, %1215
  %1219 = add nsw i64 %1218, %1138
  %1220 = getelementptr inbounds double, ptr %1212, i64 %1219
  store double 0.000000e+00, ptr %1220, align 8
  br label %1221

1221:                                             ; preds = %1188, %1208, %1205, %1172, %1152, %1143, %1135
  %1222 = add nuw nsw i64 %1138, 1
  %1223 = load ptr, ptr %9, align 8
  %1224 = getelementptr inbounds %struct.kernel, ptr %1223, i64 0, i32 6
  %1225 = load i64, ptr %1224, align 8
  %1226 = icmp slt i64 %1222, %1225
  br i1 %1226, label %1135, label %1038

1227:                                             ; preds = %1130, %1040, %1038, %1016, %1013, %857
  %1228 = phi ptr [ %1034, %1016 ], [ %1009, %1013 ], [ %874, %857 ], [ %1223, %1038 ], [ %1107, %1040 ], [ %1131, %1130 ]
  %1229 = getelementptr inbounds %struct.kernel, ptr %1228, i64 0, i32 5
  %1230 = load ptr, ptr %1229, align 8
  %1231 = load ptr, ptr %11, align 8
  call void %1230(ptr noundef %1231) #7
  %1232 = load ptr, ptr %9, align 8
  %1233 = getelementptr inbounds %struct.kernel, ptr %1232, i64 0, i32 6
  %1234 = load i64, ptr %1233, align 8
  %1235 = icmp sgt i64 %1234, 0
  br i1 %1235, label %1236, label %1275

1236:                                             ; preds = %1227, %1266
  %1237 = phi ptr [ %1267, %1266 ], [ %1232, %1227 ]
  %1238 = phi i64 [ %1271, %1266 ], [ %1234, %1227 ]
  %1239 = phi i32 [ %1268, %1266 ], [ 0, %1227 ]
  %1240 = phi i64 [ %1269, %1266 ], [ 0, %1227 ]
  %1241 = load ptr, ptr %10, align 8
  %1242 = getelementptr inbounds %struct.lane, ptr %1241, i64 %1240
  %1243 = load i64, ptr %1242, align 8
  %1244 = icmp slt i64 %1243, 0
  br i1 %1244, label %1266, label %1245

1245:                                             ; preds = %1236
  %1246 = load ptr, ptr %11, align 8
  %1247 = getelementptr inbounds %struct.kernel, ptr %1237, i64 0, i32 12
  %1248 = load i64, ptr %1247, align 8
  %1249 = mul nsw i64 %1248, %1238
  %1250 = add nsw i64 %1249, %1240
  %1251 = getelementptr inbounds double, ptr %1246, i64 %1250
  %1252 = load double, ptr %1251, align 8
  %1253 = fcmp oeq double %1252, 0.000000e+00
  %1254 = getelementptr inbounds %struct.lane, ptr %1241, i64 %1240, i32 14
  %1255 = load i64, ptr %1254, align 8
  %1256 = icmp eq i64 %1255, 0
  %1257 = select i1 %1253, i1 %1256, i1 false
  br i1 %1257, label %1266, label %1258

1258:                                             ; preds = %1245
  %1259 = getelementptr inbounds %struct.lane, ptr %1241, i64 %1240, i32 5
  %1260 = load double, ptr %1259, align 8
  %1261 = getelementptr inbounds %struct.lane, ptr %1241, i64 %1240, i32 1
  store double %1260, ptr %1261, align 8
  %1262 = icmp ne i64 %1255, 0
  %1263 = zext i1 %1262 to i32
  %1264 = or i32 %1239, %1263
  %1265 = load ptr, ptr %9, align 8
  br label %1266

1266:                                             ; preds = %1258, %1245, %1236
  %1267 = phi ptr [ %1265, %1258 ], [ %1237, %1236 ], [ %1237, %1245 ]
  %1268 = phi i32 [ %1264, %1258 ], [ %1239, %1236 ], [ %1239, %1245 ]
  %1269 = add nuw nsw i64 %1240, 1
  %1270 = getelementptr inbounds %struct.kernel, ptr %1267, i64 0, i32 6
  %1271 = load i64, ptr %1270, align 8
  %1272 = icmp slt i64 %1269, %1271
  br i1 %1272, label %1236, label %1273

1273:                                             ; preds = %1266
  %1274 = icmp sgt i64 %1271, 0
  br i1 %1274, label %1278, label %1275

1275:                                             ; preds = %1314, %1273, %1227
  %1276 = phi ptr [ %1232, %1227 ], [ %1267, %1273 ], [ %1316, %1314 ]
  %1277 = phi i32 [ 0, %1227 ], [ %1268, %1273 ], [ %1268, %1314 ]
  br label %43

1278:                                             ; preds = %1273
  %1279 = load ptr, ptr %7, align 8
  %1280 = getelementptr inbounds %struct.batch, ptr %1279, i64 0, i32 12
  %1281 = getelementptr inbounds %struct.batch, ptr %1279, i64 0, i32 10
  %1282 = getelementptr inbounds %struct.batch, ptr %1279, i64 0, i32 22
  br label %1283

1283:                                             ; preds = %1314, %1278
  %1284 = phi i64 [ 0, %1278 ], [ %1315, %1314 ]
  %1285 = load ptr, ptr %10, align 8
  %1286 = getelementptr inbounds %struct.lane, ptr %1285, i64 %1284
  %1287 = load i64, ptr %1286, align 8
  %1288 = icmp slt i64 %1287, 0
  br i1 %1288, label %1314, label %1289

1289:                                             ; preds = %1283
  %1290 = load ptr, ptr %1280, align 8
  %1291 = getelementptr inbounds i64, ptr %1290, i64 %1287
  %1292 = load ptr, ptr %1281, align 8
  %1293 = getelementptr inbounds i64, ptr %1292, i64 1
  %1294 = load volatile i64, ptr %1293, align 8
  %1295 = icmp eq i64 %1294, 0
  br i1 %1295, label %1305, label %1296

1296:                                             ; preds = %1289
  %1297 = load i64, ptr %1291, align 8
  %1298 = icmp eq i64 %1297, 0
  br i1 %1298, label %1299, label %1305

1299:                                             ; preds = %1296
  %1300 = getelementptr inbounds %struct.lane, ptr %1285, i64 %1284, i32 7
  %1301 = load i64, ptr %1300, align 8
  %1302 = load i64, ptr %1282, align 8
  %1303 = icmp slt i64 %1301, %1302
  br i1 %1303, label %1304, label %1305

1304:                                             ; preds = %1299
  store i64 5, ptr %1291, align 8
  br label %1305

1305:                                             ; preds = %1304, %1299, %1296, %1289
  %1306 = getelementptr inbounds %struct.lane, ptr %1285, i64 %1284, i32 7
  %1307 = load i64, ptr %1306, align 8
  %1308 = load i64, ptr %1282, align 8
  %1309 = icmp eq i64 %1307, %1308
  br i1 %1309, label %1313, label %1310

1310:                                             ; preds = %1305
  %1311 = load i64, ptr %1291, align 8
  %1312 = icmp eq i64 %1311, 0
  br i1 %1312, label %1314, label %1313

1313:                                             ; preds = %1310, %1305
  store i64 -1, ptr %1286, align 8
  br label %1314

1314:                                             ; preds = %1313, %1310, %1283
  %1315 = add nuw nsw i64 %1284, 1
  %1316 = load ptr, ptr %9, align 8
  %1317 = getelementptr inbounds %struct.kernel, ptr %1316, i64 0, i32 6
  %1318 = load i64, ptr %1317, align 8
  %1319 = icmp slt i64 %1315, %1318
  br i1 %1319, label %1283, label %1275

1320:                                             ; preds = %683
  call void @llvm.lifetime.end.p0(i64 40, ptr nonnull %7) #7
  call void @llvm.lifetime.end.p0(i64 25856, ptr nonnull %6) #7
  ret i64 %46

1321:                                             ; preds = %15, %1321
  %1322 = phi i64 [ 0, %15 ], [ %1336, %1321 ]
  %1323 = phi ptr [ %4, %15 ], [ %1335, %1321 ]
  %1324 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322
  store i64 -1, ptr %1324, align 16
  %1325 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 5
  store double 1.000000e+00, ptr %1325, align 8
  %1326 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 4
  store double 1.000000e+00, ptr %1326, align 16
  %1327 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 3
  store double 1.000000e+00, ptr %1327, align 8
  %1328 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 2
  store double 1.000000e+00, ptr %1328, align 16
  %1329 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 1
  store double 1.000000e+00, ptr %1329, align 8
  %1330 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 17
  store ptr %1323, ptr %1330, align 8
  %1331 = getelementptr inbounds double, ptr %1323, i64 %17
  %1332 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 18
  store ptr %1331, ptr %1332, align 16
  %1333 = getelementptr inbounds double, ptr %1331, i64 %19
  %1334 = getelementptr inbounds [8 x %struct.lane], ptr %6, i64 0, i64 %1322, i32 19
  store ptr %1333, ptr %1334, align 8
  %1335 = getelementptr inbounds double, ptr %1333, i64 %24
  %1336 = add nuw nsw i64 %1322, 1
  %1337 = icmp eq i64 %1336, %13
  br i1 %1337, label %25, label %1321
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(i64 immarg, ptr nocapture) #1

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(i64 immarg, ptr nocapture) #1

; Function Attrs: mustprogress nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias nocapture writeonly, ptr noalias nocapture readonly, i64, i1 immarg) #2

; Function Attrs: nofree nosync nounwind memory(readwrite, inaccessiblemem: none)
define internal fastcc i32 @look(ptr nocapture noundef readonly %0, ptr nocapture noundef %1, i64 noundef %2) unnamed_addr #3 {
  %4 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 1
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 16
  %7 = load double, ptr %6, align 8
  %8 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 12
  %9 = load i64, ptr %8, align 8
  %10 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 25
  %11 = load i64, ptr %10, align 8
  %12 = icmp sgt i64 %11, 0
  br i1 %12, label %13, label %21

13:                                               ; preds = %3
  %14 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 1
  %15 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 24
  %16 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 11
  %17 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 15
  %18 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 17
  br label %33

19:                                               ; preds = %52
  %20 = load i64, ptr %8, align 8
  br label %21

21:                                               ; preds = %19, %3
  %22 = phi i64 [ %20, %19 ], [ %9, %3 ]
  %23 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 15
  store double %7, ptr %23, align 8
  %24 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 29
  %25 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 30
  %26 = fadd double %7, 1.000000e-09
  %27 = load double, ptr %24, align 8
  %28 = sitofp i64 %22 to double
  %29 = load double, ptr %25, align 8
  %30 = fmul double %29, %28
  %31 = fadd double %27, %30
  %32 = fcmp ugt double %31, %26
  br i1 %32, label %65, label %56

33:                                               ; preds = %13, %52
  %34 = phi i64 [ %11, %13 ], [ %53, %52 ]
  %35 = phi i64 [ 0, %13 ], [ %54, %52 ]
  %36 = load ptr, ptr %14, align 8
  %37 = load i64, ptr %15, align 8
  %38 = mul nsw i64 %37, %35
  %39 = load i64, ptr %16, align 8
  %40 = add nsw i64 %38, %39
  %41 = getelementptr inbounds i64, ptr %36, i64 %40
  %42 = load i64, ptr %41, align 8
  %43 = icmp eq i64 %42, 0
  br i1 %43, label %52, label %44

44:                                               ; preds = %33
  %45 = load double, ptr %17, align 8
  %46 = fsub double %7, %45
  %47 = load ptr, ptr %18, align 8
  %48 = getelementptr inbounds double, ptr %47, i64 %35
  %49 = load double, ptr %48, align 8
  %50 = fadd double %46, %49
  store double %50, ptr %48, align 8
  %51 = load i64, ptr %10, align 8
  br label %52

52:                                               ; preds = %33, %44
  %53 = phi i64 [ %34, %33 ], [ %51, %44 ]
  %54 = add nuw nsw i64 %35, 1
  %55 = icmp slt i64 %54, %53
  br i1 %55, label %33, label %19

56:                                               ; preds = %21, %56
  %57 = phi i64 [ %58, %56 ], [ %22, %21 ]
  %58 = add nsw i64 %57, 1
  store i64 %58, ptr %8, align 8
  %59 = load double, ptr %24, align 8
  %60 = sitofp i64 %58 to double
  %61 = load double, ptr %25, align 8
  %62 = fmul double %61, %60
  %63 = fadd double %59, %62
  %64 = fcmp ugt double %63, %26
  br i1 %64, label %65, label %56

65:                                               ; preds = %56, %21
  %66 = phi i64 [ %22, %21 ], [ %58, %56 ]
  %67 = sub i64 %66, %9
  %68 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 23
  %69 = icmp sgt i64 %67, 1
  br i1 %69, label %70, label %74

70:                                               ; preds = %65
  %71 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  %72 = load i64, ptr %68, align 8
  %73 = icmp sgt i64 %72, 0
  br i1 %73, label %83, label %74

74:                                               ; preds = %83, %70, %65
  %75 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 26
  %76 = load i64, ptr %75, align 8
  %77 = icmp sgt i64 %76, 0
  br i1 %77, label %78, label %90

78:                                               ; preds = %74
  %79 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 4
  %80 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 22
  %81 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 2
  %82 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  br label %316

83:                                               ; preds = %70, %83
  %84 = phi i64 [ %87, %83 ], [ 0, %70 ]
  %85 = load ptr, ptr %71, align 8
  %86 = getelementptr inbounds double, ptr %85, i64 %84
  store double 1.000000e+300, ptr %86, align 8
  %87 = add nuw nsw i64 %84, 1
  %88 = load i64, ptr %68, align 8
  %89 = icmp slt i64 %87, %88
  br i1 %89, label %83, label %74

90:                                               ; preds = %316, %74
  %91 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 27
  %92 = load i64, ptr %91, align 8
  %93 = icmp sgt i64 %92, 0
  br i1 %93, label %94, label %179

94:                                               ; preds = %90
  %95 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 2
  %96 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  %97 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 3
  %98 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 4
  %99 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 5
  %100 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 31
  %101 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 7
  %102 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 6
  br label %103

103:                                              ; preds = %119, %94
  %104 = phi i32 [ 0, %94 ], [ %121, %119 ]
  %105 = phi i64 [ 0, %94 ], [ %109, %119 ]
  %106 = load ptr, ptr %95, align 8
  %107 = getelementptr inbounds i64, ptr %106, i64 %105
  %108 = load i64, ptr %107, align 8
  %109 = add nuw nsw i64 %105, 1
  %110 = getelementptr inbounds i64, ptr %106, i64 %109
  %111 = load i64, ptr %110, align 8
  %112 = icmp slt i64 %108, %111
  %113 = load ptr, ptr %96, align 8
  br i1 %112, label %114, label %119

114:                                              ; preds = %103
  %115 = load ptr, ptr %97, align 8
  %116 = load ptr, ptr %98, align 8
  %117 = getelementptr inbounds i64, ptr %116, i64 %108
  %118 = load i64, ptr %117, align 8
  br label %134

119:                                              ; preds = %150, %103
  %120 = phi i64 [ 0, %103 ], [ %156, %150 ]
  %121 = phi i32 [ %104, %103 ], [ %151, %150 ]
  %122 = load ptr, ptr %101, align 8
  %123 = load ptr, ptr %102, align 8
  %124 = getelementptr inbounds i64, ptr %123, i64 %105
  %125 = load i64, ptr %124, align 8
  %126 = add nsw i64 %125, %120
  %127 = getelementptr inbounds double, ptr %122, i64 %126
  %128 = load double, ptr %127, align 8
  %129 = load i64, ptr %75, align 8
  %130 = add nsw i64 %129, %105
  %131 = getelementptr inbounds double, ptr %113, i64 %130
  store double %128, ptr %131, align 8
  %132 = load i64, ptr %91, align 8
  %133 = icmp slt i64 %109, %132
  br i1 %133, label %103, label %179

134:                                              ; preds = %150, %114
  %135 = phi i64 [ %118, %114 ], [ %145, %150 ]
  %136 = phi i32 [ %104, %114 ], [ %151, %150 ]
  %137 = phi i64 [ %108, %114 ], [ %143, %150 ]
  %138 = phi i64 [ 0, %114 ], [ %156, %150 ]
  %139 = getelementptr inbounds i64, ptr %115, i64 %137
  %140 = load i64, ptr %139, align 8
  %141 = getelementptr inbounds double, ptr %113, i64 %140
  %142 = load double, ptr %141, align 8
  %143 = add nsw i64 %137, 1
  %144 = getelementptr inbounds i64, ptr %116, i64 %143
  %145 = load i64, ptr %144, align 8
  %146 = icmp slt i64 %135, %145
  br i1 %146, label %147, label %150

147:                                              ; preds = %134
  %148 = load ptr, ptr %99, align 8
  %149 = load double, ptr %100, align 8
  br label %158

150:                                              ; preds = %158, %134
  %151 = phi i32 [ %136, %134 ], [ %176, %158 ]
  %152 = phi i64 [ 0, %134 ], [ %166, %158 ]
  %153 = sub i64 1, %135
  %154 = add i64 %153, %145
  %155 = mul nsw i64 %154, %138
  %156 = add nsw i64 %152, %155
  %157 = icmp eq i64 %143, %111
  br i1 %157, label %119, label %134

158:                                              ; preds = %158, %147
  %159 = phi i64 [ %135, %147 ], [ %177, %158 ]
  %160 = phi i64 [ 0, %147 ], [ %166, %158 ]
  %161 = phi i32 [ %136, %147 ], [ %176, %158 ]
  %162 = getelementptr inbounds double, ptr %148, i64 %159
  %163 = load double, ptr %162, align 8
  %164 = fcmp oge double %142, %163
  %165 = zext i1 %164 to i64
  %166 = add nuw nsw i64 %160, %165
  %167 = fsub double %142, %163
  %168 = fcmp olt double %167, 0.000000e+00
  %169 = fneg double %167
  %170 = select i1 %168, double %169, double %167
  %171 = fcmp olt double %163, 0.000000e+00
  %172 = fneg double %163
  %173 = select i1 %171, double %172, double %163
  %174 = fmul double %149, %173
  %175 = fcmp ugt double %170, %174
  %176 = select i1 %175, i32 %161, i32 1
  %177 = add nsw i64 %159, 1
  %178 = icmp eq i64 %177, %145
  br i1 %178, label %150, label %158

179:                                              ; preds = %119, %90
  %180 = phi i32 [ 0, %90 ], [ %121, %119 ]
  %181 = load i64, ptr %68, align 8
  %182 = icmp sgt i64 %181, 0
  br i1 %182, label %183, label %334

183:                                              ; preds = %179
  %184 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 10
  %185 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 11
  %186 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 12
  %187 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 13
  %188 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 16
  %189 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  %190 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 14
  %191 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 17
  %192 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 31
  %193 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 15
  %194 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  br label %195

195:                                              ; preds = %290, %183
  %196 = phi i64 [ 0, %183 ], [ %291, %290 ]
  %197 = phi i32 [ 0, %183 ], [ %292, %290 ]
  %198 = load ptr, ptr %184, align 8
  %199 = getelementptr inbounds double, ptr %198, i64 %196
  %200 = load double, ptr %199, align 8
  %201 = fcmp oeq double %200, 0.000000e+00
  br i1 %201, label %202, label %204

202:                                              ; preds = %195
  %203 = add nuw nsw i64 %196, 1
  br label %290

204:                                              ; preds = %195
  %205 = load ptr, ptr %185, align 8
  %206 = getelementptr inbounds i64, ptr %205, i64 %196
  %207 = load i64, ptr %206, align 8
  %208 = add nuw nsw i64 %196, 1
  %209 = getelementptr inbounds i64, ptr %205, i64 %208
  %210 = load i64, ptr %209, align 8
  %211 = icmp slt i64 %207, %210
  br i1 %211, label %212, label %282

212:                                              ; preds = %204
  %213 = load ptr, ptr %186, align 8
  br label %216

214:                                              ; preds = %274
  %215 = icmp eq i32 %276, 0
  br i1 %215, label %279, label %282

216:                                              ; preds = %274, %212
  %217 = phi i64 [ %207, %212 ], [ %277, %274 ]
  %218 = phi i32 [ 1, %212 ], [ %276, %274 ]
  %219 = phi i32 [ %197, %212 ], [ %275, %274 ]
  %220 = getelementptr inbounds i64, ptr %213, i64 %217
  %221 = load i64, ptr %220, align 8
  %222 = icmp sgt i64 %221, -1
  br i1 %222, label %223, label %274

223:                                              ; preds = %216
  %224 = load ptr, ptr %187, align 8
  %225 = getelementptr inbounds i64, ptr %224, i64 %217
  %226 = load i64, ptr %225, align 8
  %227 = load ptr, ptr %188, align 8
  %228 = getelementptr inbounds double, ptr %227, i64 %217
  %229 = load double, ptr %228, align 8
  %230 = load ptr, ptr %189, align 8
  %231 = getelementptr inbounds double, ptr %230, i64 %221
  %232 = load double, ptr %231, align 8
  %233 = icmp sgt i64 %226, -1
  br i1 %233, label %234, label %243

234:                                              ; preds = %223
  %235 = load ptr, ptr %190, align 8
  %236 = getelementptr inbounds double, ptr %235, i64 %217
  %237 = load double, ptr %236, align 8
  %238 = load ptr, ptr %191, align 8
  %239 = getelementptr inbounds double, ptr %238, i64 %226
  %240 = load double, ptr %239, align 8
  %241 = fmul double %237, %240
  %242 = fadd double %232, %241
  br label %243

243:                                              ; preds = %234, %223
  %244 = phi double [ %242, %234 ], [ %232, %223 ]
  %245 = load i64, ptr %75, align 8
  %246 = icmp slt i64 %221, %245
  br i1 %246, label %247, label %264

247:                                              ; preds = %243
  %248 = fsub double %244, %229
  %249 = fcmp olt double %248, 0.000000e+00
  %250 = fneg double %248
  %251 = select i1 %249, double %250, double %248
  %252 = load double, ptr %192, align 8
  %253 = fcmp olt double %229, 0.000000e+00
  %254 = fneg double %229
  %255 = select i1 %253, double %254, double %229
  %256 = fcmp olt double %232, 0.000000e+00
  %257 = fneg double %232
  %258 = select i1 %256, double %257, double %232
  %259 = fcmp ogt double %255, %258
  %260 = select i1 %259, double %255, double %258
  %261 = fmul double %260, %252
  %262 = fcmp ugt double %251, %261
  br i1 %262, label %264, label %263

263:                                              ; preds = %247
  br label %264

264:                                              ; preds = %263, %247, %243
  %265 = phi i32 [ %219, %247 ], [ 1, %263 ], [ %219, %243 ]
  %266 = load ptr, ptr %193, align 8
  %267 = getelementptr inbounds i64, ptr %266, i64 %217
  %268 = load i64, ptr %267, align 8
  %269 = icmp eq i64 %268, 0
  %270 = fcmp ult double %244, %229
  %271 = fcmp uge double %244, %229
  %272 = select i1 %269, i1 %271, i1 %270
  %273 = select i1 %272, i32 0, i32 %218
  br label %274

274:                                              ; preds = %264, %216
  %275 = phi i32 [ %265, %264 ], [ %219, %216 ]
  %276 = phi i32 [ %273, %264 ], [ %218, %216 ]
  %277 = add nsw i64 %217, 1
  %278 = icmp eq i64 %277, %210
  br i1 %278, label %214, label %216

279:                                              ; preds = %214
  %280 = load ptr, ptr %194, align 8
  %281 = getelementptr inbounds double, ptr %280, i64 %196
  store double 1.000000e+300, ptr %281, align 8
  br label %290

282:                                              ; preds = %214, %204
  %283 = phi i32 [ %275, %214 ], [ %197, %204 ]
  %284 = load ptr, ptr %194, align 8
  %285 = getelementptr inbounds double, ptr %284, i64 %196
  %286 = load double, ptr %285, align 8
  %287 = fcmp oeq double %286, 1.000000e+300
  br i1 %287, label %288, label %290

288:                                              ; preds = %282
  %289 = load double, ptr %23, align 8
  store double %289, ptr %285, align 8
  br label %290

290:                                              ; preds = %288, %282, %279, %202
  %291 = phi i64 [ %203, %202 ], [ %208, %279 ], [ %208, %288 ], [ %208, %282 ]
  %292 = phi i32 [ %197, %202 ], [ %275, %279 ], [ %283, %288 ], [ %283, %282 ]
  %293 = load i64, ptr %68, align 8
  %294 = icmp slt i64 %291, %293
  br i1 %294, label %195, label %295

295:                                              ; preds = %290
  %296 = or i32 %292, %180
  %297 = icmp sgt i64 %293, 0
  br i1 %297, label %298, label %334

298:                                              ; preds = %295
  %299 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 8
  %300 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 24
  %301 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 11
  %302 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 10
  %303 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  %304 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 11
  %305 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 12
  %306 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 13
  %307 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 16
  %308 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  %309 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 14
  %310 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 17
  %311 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 31
  %312 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 15
  %313 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 4
  %314 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 2
  %315 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 13
  br label %498

316:                                              ; preds = %78, %316
  %317 = phi i64 [ 0, %78 ], [ %331, %316 ]
  %318 = load ptr, ptr %79, align 8
  %319 = load ptr, ptr %80, align 8
  %320 = getelementptr inbounds i64, ptr %319, i64 %317
  %321 = load i64, ptr %320, align 8
  %322 = load ptr, ptr %81, align 8
  %323 = getelementptr inbounds %struct.kernel, ptr %322, i64 0, i32 6
  %324 = load i64, ptr %323, align 8
  %325 = mul nsw i64 %324, %321
  %326 = add nsw i64 %325, %2
  %327 = getelementptr inbounds double, ptr %318, i64 %326
  %328 = load double, ptr %327, align 8
  %329 = load ptr, ptr %82, align 8
  %330 = getelementptr inbounds double, ptr %329, i64 %317
  store double %328, ptr %330, align 8
  %331 = add nuw nsw i64 %317, 1
  %332 = load i64, ptr %75, align 8
  %333 = icmp slt i64 %331, %332
  br i1 %333, label %316, label %90

334:                                              ; preds = %817, %179, %295
  %335 = phi i32 [ %296, %295 ], [ %180, %179 ], [ %818, %817 ]
  %336 = phi i32 [ 0, %295 ], [ 0, %179 ], [ %819, %817 ]
  %337 = zext i32 %335 to i64
  %338 = load ptr, ptr %0, align 8
  %339 = getelementptr inbounds %struct.batch, ptr %338, i64 0, i32 15
  %340 = load ptr, ptr %339, align 8
  %341 = load i64, ptr %1, align 8
  %342 = getelementptr inbounds i64, ptr %340, i64 %341
  %343 = load i64, ptr %342, align 8
  %344 = add nsw i64 %343, %337
  store i64 %344, ptr %342, align 8
  store double 1.000000e+300, ptr %6, align 8
  %345 = load i64, ptr %68, align 8
  %346 = icmp sgt i64 %345, 0
  br i1 %346, label %347, label %497

347:                                              ; preds = %334
  %348 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 8
  %349 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 24
  %350 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 11
  %351 = load i64, ptr %350, align 8
  %352 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 10
  %353 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 11
  %354 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 12
  %355 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 13
  %356 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 14
  %357 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 17
  %358 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 15
  %359 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 16
  %360 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 1
  br label %361

361:                                              ; preds = %492, %347
  %362 = phi i64 [ %345, %347 ], [ %494, %492 ]
  %363 = phi double [ 1.000000e+300, %347 ], [ %495, %492 ]
  %364 = phi i64 [ 0, %347 ], [ %493, %492 ]
  %365 = load ptr, ptr %348, align 8
  %366 = load i64, ptr %349, align 8
  %367 = mul nsw i64 %366, %364
  %368 = add nsw i64 %367, %351
  %369 = getelementptr inbounds i64, ptr %365, i64 %368
  %370 = load i64, ptr %369, align 8
  %371 = icmp eq i64 %370, 0
  br i1 %371, label %372, label %374

372:                                              ; preds = %361
  %373 = add nuw nsw i64 %364, 1
  br label %492

374:                                              ; preds = %361
  %375 = load ptr, ptr %353, align 8
  %376 = getelementptr inbounds i64, ptr %375, i64 %364
  %377 = load i64, ptr %376, align 8
  %378 = load ptr, ptr %352, align 8
  %379 = getelementptr inbounds double, ptr %378, i64 %364
  %380 = load double, ptr %379, align 8
  %381 = fcmp ogt double %380, 0.000000e+00
  %382 = zext i1 %381 to i32
  %383 = add nuw nsw i64 %364, 1
  %384 = getelementptr inbounds i64, ptr %375, i64 %383
  %385 = load i64, ptr %384, align 8
  br label %386

386:                                              ; preds = %447, %374
  %387 = phi i64 [ %377, %374 ], [ %451, %447 ]
  %388 = phi i32 [ %382, %374 ], [ %450, %447 ]
  %389 = phi double [ 0.000000e+00, %374 ], [ %448, %447 ]
  %390 = icmp slt i64 %387, %385
  br i1 %390, label %391, label %453

391:                                              ; preds = %386
  %392 = load ptr, ptr %354, align 8
  %393 = getelementptr inbounds i64, ptr %392, i64 %387
  %394 = load i64, ptr %393, align 8
  %395 = icmp sgt i64 %394, -1
  br i1 %395, label %447, label %396

396:                                              ; preds = %391
  %397 = load ptr, ptr %355, align 8
  %398 = getelementptr inbounds i64, ptr %397, i64 %387
  %399 = load i64, ptr %398, align 8
  %400 = load ptr, ptr %356, align 8
  %401 = getelementptr inbounds double, ptr %400, i64 %387
  %402 = load double, ptr %401, align 8
  %403 = icmp sgt i64 %399, -1
  br i1 %403, label %404, label %409

404:                                              ; preds = %396
  %405 = load ptr, ptr %357, align 8
  %406 = getelementptr inbounds double, ptr %405, i64 %399
  %407 = load double, ptr %406, align 8
  %408 = fmul double %402, %407
  br label %409

409:                                              ; preds = %404, %396
  %410 = phi double [ %408, %404 ], [ 0.000000e+00, %396 ]
  %411 = load ptr, ptr %358, align 8
  %412 = getelementptr inbounds i64, ptr %411, i64 %387
  %413 = load i64, ptr %412, align 8
  %414 = icmp eq i64 %413, 0
  %415 = load ptr, ptr %359, align 8
  %416 = getelementptr inbounds double, ptr %415, i64 %387
  %417 = load double, ptr %416, align 8
  %418 = fadd double %417, -1.000000e-09
  br i1 %414, label %421, label %419

419:                                              ; preds = %409
  %420 = fcmp ult double %410, %418
  br i1 %420, label %423, label %447

421:                                              ; preds = %409
  %422 = fcmp olt double %410, %418
  br i1 %422, label %447, label %423

423:                                              ; preds = %421, %419
  %424 = icmp slt i64 %399, 0
  br i1 %424, label %492, label %425

425:                                              ; preds = %423
  %426 = load ptr, ptr %360, align 8
  %427 = mul nsw i64 %399, %366
  %428 = add nsw i64 %427, %351
  %429 = getelementptr inbounds i64, ptr %426, i64 %428
  %430 = load i64, ptr %429, align 8
  %431 = icmp eq i64 %430, 0
  br i1 %431, label %492, label %432

432:                                              ; preds = %425
  %433 = icmp ne i64 %413, 0
  %434 = fcmp ogt double %402, 0.000000e+00
  %435 = select i1 %433, i1 %434, i1 false
  br i1 %435, label %436, label %444

436:                                              ; preds = %432
  %437 = fdiv double %417, %402
  %438 = load ptr, ptr %357, align 8
  %439 = getelementptr inbounds double, ptr %438, i64 %399
  %440 = load double, ptr %439, align 8
  %441 = fsub double %437, %440
  %442 = fcmp ogt double %389, %441
  %443 = select i1 %442, double %389, double %441
  br label %447

444:                                              ; preds = %432
  %445 = fcmp olt double %402, 0.000000e+00
  %446 = zext i1 %445 to i32
  br label %447

447:                                              ; preds = %444, %436, %421, %419, %391
  %448 = phi double [ %389, %391 ], [ %389, %421 ], [ %443, %436 ], [ %389, %444 ], [ %389, %419 ]
  %449 = phi i32 [ 1, %391 ], [ 1, %421 ], [ 1, %436 ], [ %446, %444 ], [ 1, %419 ]
  %450 = phi i32 [ 1, %391 ], [ %388, %421 ], [ %388, %436 ], [ %388, %444 ], [ %388, %419 ]
  %451 = add nsw i64 %387, 1
  %452 = icmp eq i32 %449, 0
  br i1 %452, label %492, label %386

453:                                              ; preds = %386
  %454 = load double, ptr %23, align 8
  %455 = fadd double %389, %454
  %456 = load i64, ptr %8, align 8
  %457 = fcmp ogt double %389, 1.000000e-09
  br i1 %457, label %461, label %458

458:                                              ; preds = %453
  %459 = load double, ptr %24, align 8
  %460 = load double, ptr %25, align 8
  br label %475

461:                                              ; preds = %453
  %462 = fadd double %455, -1.000000e-09
  %463 = load double, ptr %24, align 8
  %464 = fsub double %462, %463
  %465 = load double, ptr %25, align 8
  %466 = fdiv double %464, %465
  %467 = fptosi double %466 to i64
  %468 = sitofp i64 %467 to double
  %469 = fmul double %465, %468
  %470 = fadd double %463, %469
  %471 = fcmp olt double %470, %462
  %472 = zext i1 %471 to i64
  %473 = add nsw i64 %472, %467
  %474 = tail call i64 @llvm.smax.i64(i64 %473, i64 %456)
  br label %475

475:                                              ; preds = %461, %458
  %476 = phi double [ %465, %461 ], [ %460, %458 ]
  %477 = phi double [ %463, %461 ], [ %459, %458 ]
  %478 = phi i64 [ %474, %461 ], [ %456, %458 ]
  %479 = sitofp i64 %478 to double
  %480 = fmul double %476, %479
  %481 = fadd double %477, %480
  %482 = icmp ne i32 %388, 0
  %483 = fcmp ole double %389, 1.000000e-09
  %484 = select i1 %482, i1 true, i1 %483
  %485 = fadd double %481, -1.000000e-09
  %486 = fcmp ogt double %455, %485
  %487 = select i1 %484, i1 true, i1 %486
  %488 = select i1 %487, double %481, double %455
  %489 = fcmp olt double %363, %488
  %490 = select i1 %489, double %363, double %488
  store double %490, ptr %6, align 8
  %491 = load i64, ptr %68, align 8
  br label %492

492:                                              ; preds = %447, %425, %423, %475, %372
  %493 = phi i64 [ %373, %372 ], [ %383, %475 ], [ %383, %423 ], [ %383, %425 ], [ %383, %447 ]
  %494 = phi i64 [ %362, %372 ], [ %491, %475 ], [ %362, %423 ], [ %362, %425 ], [ %362, %447 ]
  %495 = phi double [ %363, %372 ], [ %490, %475 ], [ %363, %423 ], [ %363, %425 ], [ %363, %447 ]
  %496 = icmp slt i64 %493, %494
  br i1 %496, label %361, label %497

497:                                              ; preds = %492, %334
  ret i32 %336

498:                                              ; preds = %298, %817
  %499 = phi i64 [ 0, %298 ], [ %820, %817 ]
  %500 = phi i32 [ 0, %298 ], [ %819, %817 ]
  %501 = phi i32 [ %296, %298 ], [ %818, %817 ]
  %502 = load ptr, ptr %299, align 8
  %503 = load i64, ptr %300, align 8
  %504 = mul nsw i64 %503, %499
  %505 = load i64, ptr %301, align 8
  %506 = add nsw i64 %504, %505
  %507 = getelementptr inbounds i64, ptr %502, i64 %506
  %508 = load i64, ptr %507, align 8
  %509 = icmp eq i64 %508, 0
  br i1 %509, label %817, label %510

510:                                              ; preds = %498
  %511 = load ptr, ptr %302, align 8
  %512 = getelementptr inbounds double, ptr %511, i64 %499
  %513 = load double, ptr %512, align 8
  %514 = fcmp ogt double %513, 0.000000e+00
  br i1 %514, label %515, label %523

515:                                              ; preds = %510
  %516 = load double, ptr %23, align 8
  %517 = load ptr, ptr %303, align 8
  %518 = getelementptr inbounds double, ptr %517, i64 %499
  %519 = load double, ptr %518, align 8
  %520 = fsub double %516, %519
  %521 = fadd double %513, -1.000000e-09
  %522 = fcmp olt double %520, %521
  br i1 %522, label %817, label %523

523:                                              ; preds = %515, %510
  %524 = load ptr, ptr %304, align 8
  %525 = getelementptr inbounds i64, ptr %524, i64 %499
  %526 = load i64, ptr %525, align 8
  %527 = add nuw nsw i64 %499, 1
  %528 = getelementptr inbounds i64, ptr %524, i64 %527
  %529 = load i64, ptr %528, align 8
  %530 = icmp slt i64 %526, %529
  br i1 %530, label %531, label %602

531:                                              ; preds = %523
  %532 = load ptr, ptr %305, align 8
  %533 = load ptr, ptr %306, align 8
  %534 = load ptr, ptr %307, align 8
  %535 = load ptr, ptr %312, align 8
  br label %536

536:                                              ; preds = %589, %531
  %537 = phi i32 [ %501, %531 ], [ %590, %589 ]
  %538 = phi i64 [ %526, %531 ], [ %598, %589 ]
  %539 = getelementptr inbounds i64, ptr %532, i64 %538
  %540 = load i64, ptr %539, align 8
  %541 = getelementptr inbounds i64, ptr %533, i64 %538
  %542 = load i64, ptr %541, align 8
  %543 = getelementptr inbounds double, ptr %534, i64 %538
  %544 = load double, ptr %543, align 8
  %545 = icmp sgt i64 %540, -1
  br i1 %545, label %546, label %550

546:                                              ; preds = %536
  %547 = load ptr, ptr %308, align 8
  %548 = getelementptr inbounds double, ptr %547, i64 %540
  %549 = load double, ptr %548, align 8
  br label %550

550:                                              ; preds = %546, %536
  %551 = phi double [ %549, %546 ], [ 0.000000e+00, %536 ]
  %552 = icmp sgt i64 %542, -1
  br i1 %552, label %553, label %562

553:                                              ; preds = %550
  %554 = load ptr, ptr %309, align 8
  %555 = getelementptr inbounds double, ptr %554, i64 %538
  %556 = load double, ptr %555, align 8
  %557 = load ptr, ptr %310, align 8
  %558 = getelementptr inbounds double, ptr %557, i64 %542
  %559 = load double, ptr %558, align 8
  %560 = fmul double %556, %559
  %561 = fadd double %551, %560
  br label %562

562:                                              ; preds = %553, %550
  %563 = phi double [ %561, %553 ], [ %551, %550 ]
  br i1 %545, label %564, label %587

564:                                              ; preds = %562
  %565 = load i64, ptr %75, align 8
  %566 = icmp slt i64 %540, %565
  br i1 %566, label %567, label %589

567:                                              ; preds = %564
  %568 = fsub double %563, %544
  %569 = fcmp olt double %568, 0.000000e+00
  %570 = fneg double %568
  %571 = select i1 %569, double %570, double %568
  %572 = load double, ptr %311, align 8
  %573 = fcmp olt double %544, 0.000000e+00
  %574 = fneg double %544
  %575 = select i1 %573, double %574, double %544
  %576 = load ptr, ptr %308, align 8
  %577 = getelementptr inbounds double, ptr %576, i64 %540
  %578 = load double, ptr %577, align 8
  %579 = fcmp olt double %578, 0.000000e+00
  %580 = fneg double %578
  %581 = select i1 %579, double %580, double %578
  %582 = fcmp ogt double %575, %581
  %583 = select i1 %582, double %575, double %581
  %584 = fmul double %572, %583
  %585 = fcmp ugt double %571, %584
  br i1 %585, label %589, label %586

586:                                              ; preds = %567
  br label %589

587:                                              ; preds = %562
  %588 = fadd double %544, -1.000000e-09
  br label %589

589:                                              ; preds = %587, %586, %567, %564
  %590 = phi i32 [ %537, %567 ], [ 1, %586 ], [ %537, %564 ], [ %537, %587 ]
  %591 = phi double [ %544, %567 ], [ %544, %586 ], [ %544, %564 ], [ %588, %587 ]
  %592 = getelementptr inbounds i64, ptr %535, i64 %538
  %593 = load i64, ptr %592, align 8
  %594 = icmp eq i64 %593, 0
  %595 = fcmp ult double %563, %591
  %596 = fcmp uge double %563, %591
  %597 = select i1 %594, i1 %596, i1 %595
  %598 = add nsw i64 %538, 1
  %599 = icmp sge i64 %598, %529
  %600 = select i1 %597, i1 true, i1 %599
  br i1 %600, label %601, label %536

601:                                              ; preds = %589
  br i1 %597, label %817, label %602

602:                                              ; preds = %523, %601
  %603 = phi i32 [ %590, %601 ], [ %501, %523 ]
  %604 = icmp eq i32 %500, 0
  br i1 %604, label %605, label %610

605:                                              ; preds = %602
  %606 = load ptr, ptr %0, align 8
  %607 = getelementptr inbounds %struct.batch, ptr %606, i64 0, i32 19
  %608 = load i64, ptr %607, align 8
  %609 = icmp sgt i64 %608, 0
  br i1 %609, label %793, label %610

610:                                              ; preds = %793, %605, %602
  %611 = load ptr, ptr %0, align 8
  %612 = load ptr, ptr %4, align 8
  %613 = load i64, ptr %1, align 8
  %614 = getelementptr inbounds %struct.batch, ptr %611, i64 0, i32 14
  %615 = load ptr, ptr %614, align 8
  %616 = getelementptr inbounds i64, ptr %615, i64 %613
  %617 = load i64, ptr %616, align 8
  %618 = add nsw i64 %617, 1
  store i64 %618, ptr %616, align 8
  %619 = getelementptr inbounds %struct.batch, ptr %611, i64 0, i32 26
  %620 = load i64, ptr %619, align 8
  %621 = icmp slt i64 %617, %620
  br i1 %621, label %622, label %635

622:                                              ; preds = %610
  %623 = load double, ptr %23, align 8
  %624 = getelementptr inbounds %struct.batch, ptr %611, i64 0, i32 16
  %625 = load ptr, ptr %624, align 8
  %626 = mul nsw i64 %620, %613
  %627 = add nsw i64 %626, %617
  %628 = getelementptr inbounds double, ptr %625, i64 %627
  store double %623, ptr %628, align 8
  %629 = getelementptr inbounds %struct.batch, ptr %611, i64 0, i32 17
  %630 = load ptr, ptr %629, align 8
  %631 = load i64, ptr %619, align 8
  %632 = mul nsw i64 %631, %613
  %633 = add nsw i64 %632, %617
  %634 = getelementptr inbounds i64, ptr %630, i64 %633
  store i64 %499, ptr %634, align 8
  br label %635

635:                                              ; preds = %622, %610
  %636 = getelementptr inbounds %struct.machine, ptr %612, i64 0, i32 9
  %637 = load ptr, ptr %636, align 8
  %638 = getelementptr inbounds i64, ptr %637, i64 %499
  %639 = load i64, ptr %638, align 8
  %640 = icmp sgt i64 %639, -1
  br i1 %640, label %641, label %642

641:                                              ; preds = %635
  store i64 %639, ptr %301, align 8
  br label %642

642:                                              ; preds = %641, %635
  %643 = getelementptr inbounds %struct.machine, ptr %612, i64 0, i32 17
  %644 = load ptr, ptr %643, align 8
  %645 = getelementptr inbounds i64, ptr %644, i64 %499
  %646 = load i64, ptr %645, align 8
  %647 = getelementptr inbounds i64, ptr %644, i64 %527
  %648 = load i64, ptr %647, align 8
  %649 = icmp slt i64 %646, %648
  br i1 %649, label %650, label %817

650:                                              ; preds = %642
  %651 = getelementptr inbounds %struct.machine, ptr %612, i64 0, i32 18
  %652 = getelementptr inbounds %struct.machine, ptr %612, i64 0, i32 19
  %653 = getelementptr inbounds %struct.machine, ptr %612, i64 0, i32 20
  %654 = getelementptr inbounds %struct.machine, ptr %612, i64 0, i32 21
  %655 = getelementptr inbounds %struct.batch, ptr %611, i64 0, i32 12
  br label %656

656:                                              ; preds = %787, %650
  %657 = phi i64 [ %646, %650 ], [ %788, %787 ]
  %658 = load ptr, ptr %651, align 8
  %659 = getelementptr inbounds i64, ptr %658, i64 %657
  %660 = load i64, ptr %659, align 8
  %661 = load ptr, ptr %652, align 8
  %662 = getelementptr inbounds i64, ptr %661, i64 %657
  %663 = load i64, ptr %662, align 8
  %664 = load ptr, ptr %653, align 8
  %665 = getelementptr inbounds double, ptr %664, i64 %657
  %666 = load double, ptr %665, align 8
  switch i64 %660, label %708 [
    i64 3, label %667
    i64 4, label %693
    i64 5, label %696
    i64 6, label %701
  ]

667:                                              ; preds = %656
  %668 = load i64, ptr %315, align 8
  %669 = icmp sgt i64 %668, 0
  br i1 %669, label %670, label %691

670:                                              ; preds = %667, %686
  %671 = phi i64 [ %687, %686 ], [ %668, %667 ]
  %672 = phi i64 [ %689, %686 ], [ 0, %667 ]
  %673 = phi i64 [ %688, %686 ], [ 0, %667 ]
  %674 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %672
  %675 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %672, i32 1
  %676 = load i64, ptr %675, align 8
  %677 = icmp eq i64 %676, 0
  br i1 %677, label %682, label %678

678:                                              ; preds = %670
  %679 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %672, i32 2
  %680 = load i64, ptr %679, align 8
  %681 = icmp eq i64 %680, %663
  br i1 %681, label %686, label %682

682:                                              ; preds = %678, %670
  %683 = add nsw i64 %673, 1
  %684 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %673
  tail call void @llvm.memcpy.p0.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %684, ptr noundef nonnull align 8 dereferenceable(32) %674, i64 32, i1 false)
  %685 = load i64, ptr %315, align 8
  br label %686

686:                                              ; preds = %682, %678
  %687 = phi i64 [ %685, %682 ], [ %671, %678 ]
  %688 = phi i64 [ %683, %682 ], [ %673, %678 ]
  %689 = add nuw nsw i64 %672, 1
  %690 = icmp slt i64 %689, %687
  br i1 %690, label %670, label %691

691:                                              ; preds = %686, %667
  %692 = phi i64 [ 0, %667 ], [ %688, %686 ]
  store i64 %692, ptr %315, align 8
  br label %787

693:                                              ; preds = %656
  %694 = load ptr, ptr %310, align 8
  %695 = getelementptr inbounds double, ptr %694, i64 %663
  store double %666, ptr %695, align 8
  br label %787

696:                                              ; preds = %656
  %697 = load ptr, ptr %310, align 8
  %698 = getelementptr inbounds double, ptr %697, i64 %663
  %699 = load double, ptr %698, align 8
  %700 = fadd double %666, %699
  store double %700, ptr %698, align 8
  br label %787

701:                                              ; preds = %656
  %702 = load ptr, ptr %308, align 8
  %703 = fptosi double %666 to i64
  %704 = getelementptr inbounds double, ptr %702, i64 %703
  %705 = load double, ptr %704, align 8
  %706 = load ptr, ptr %310, align 8
  %707 = getelementptr inbounds double, ptr %706, i64 %663
  store double %705, ptr %707, align 8
  br label %787

708:                                              ; preds = %656
  %709 = load ptr, ptr %654, align 8
  %710 = getelementptr inbounds double, ptr %709, i64 %657
  %711 = load double, ptr %710, align 8
  %712 = fcmp oeq double %711, 0.000000e+00
  br i1 %712, label %713, label %760

713:                                              ; preds = %708
  switch i64 %660, label %738 [
    i64 0, label %714
    i64 1, label %727
  ]

714:                                              ; preds = %713
  %715 = load ptr, ptr %313, align 8
  %716 = load ptr, ptr %314, align 8
  %717 = getelementptr inbounds %struct.kernel, ptr %716, i64 0, i32 7
  %718 = load i64, ptr %717, align 8
  %719 = add nsw i64 %718, %663
  %720 = getelementptr inbounds %struct.kernel, ptr %716, i64 0, i32 6
  %721 = load i64, ptr %720, align 8
  %722 = mul nsw i64 %719, %721
  %723 = add nsw i64 %722, %2
  %724 = getelementptr inbounds double, ptr %715, i64 %723
  %725 = load double, ptr %724, align 8
  %726 = fadd double %666, %725
  store double %726, ptr %724, align 8
  br label %787

727:                                              ; preds = %713
  %728 = load ptr, ptr %313, align 8
  %729 = load ptr, ptr %314, align 8
  %730 = getelementptr inbounds %struct.kernel, ptr %729, i64 0, i32 9
  %731 = load i64, ptr %730, align 8
  %732 = add nsw i64 %731, %663
  %733 = getelementptr inbounds %struct.kernel, ptr %729, i64 0, i32 6
  %734 = load i64, ptr %733, align 8
  %735 = mul nsw i64 %732, %734
  %736 = add nsw i64 %735, %2
  %737 = getelementptr inbounds double, ptr %728, i64 %736
  store double %666, ptr %737, align 8
  br label %787

738:                                              ; preds = %713
  %739 = load ptr, ptr %313, align 8
  %740 = load ptr, ptr %314, align 8
  %741 = getelementptr inbounds %struct.kernel, ptr %740, i64 0, i32 9
  %742 = load i64, ptr %741, align 8
  %743 = add nsw i64 %742, %663
  %744 = getelementptr inbounds %struct.kernel, ptr %740, i64 0, i32 6
  %745 = load i64, ptr %744, align 8
  %746 = mul nsw i64 %743, %745
  %747 = add nsw i64 %746, %2
  %748 = getelementptr inbounds double, ptr %739, i64 %747
  %749 = load double, ptr %748, align 8
  %750 = fadd double %666, %749
  %751 = fcmp olt double %750, 0.000000e+00
  %752 = fneg double %750
  %753 = select i1 %751, double %752, double %750
  %754 = fcmp olt double %666, 0.000000e+00
  %755 = fneg double %666
  %756 = select i1 %754, double %755, double %666
  %757 = fmul double %756, 0x3D719799812DEA11
  %758 = fcmp olt double %753, %757
  %759 = select i1 %758, double 0.000000e+00, double %750
  store double %759, ptr %748, align 8
  br label %787

760:                                              ; preds = %708
  %761 = load double, ptr %23, align 8
  %762 = fadd double %711, %761
  %763 = load i64, ptr %315, align 8
  %764 = icmp eq i64 %763, 96
  br i1 %764, label %784, label %765

765:                                              ; preds = %760
  %766 = icmp sgt i64 %763, 0
  br i1 %766, label %767, label %776

767:                                              ; preds = %765, %773
  %768 = phi i64 [ %769, %773 ], [ %763, %765 ]
  %769 = add nsw i64 %768, -1
  %770 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %769
  %771 = load double, ptr %770, align 8
  %772 = fcmp ogt double %771, %762
  br i1 %772, label %773, label %776

773:                                              ; preds = %767
  %774 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %768
  tail call void @llvm.memcpy.p0.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %774, ptr noundef nonnull align 8 dereferenceable(32) %770, i64 32, i1 false)
  %775 = icmp ugt i64 %768, 1
  br i1 %775, label %767, label %776

776:                                              ; preds = %773, %767, %765
  %777 = phi i64 [ %763, %765 ], [ 0, %773 ], [ %768, %767 ]
  %778 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %777
  store double %762, ptr %778, align 8
  %779 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %777, i32 1
  store i64 %660, ptr %779, align 8
  %780 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %777, i32 2
  store i64 %663, ptr %780, align 8
  %781 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20, i64 %777, i32 3
  store double %666, ptr %781, align 8
  %782 = load i64, ptr %315, align 8
  %783 = add nsw i64 %782, 1
  store i64 %783, ptr %315, align 8
  br label %787

784:                                              ; preds = %760
  %785 = load ptr, ptr %655, align 8
  %786 = getelementptr inbounds i64, ptr %785, i64 %613
  store i64 4, ptr %786, align 8
  br label %787

787:                                              ; preds = %784, %776, %738, %727, %714, %701, %696, %693, %691
  %788 = add nsw i64 %657, 1
  %789 = load ptr, ptr %643, align 8
  %790 = getelementptr inbounds i64, ptr %789, i64 %527
  %791 = load i64, ptr %790, align 8
  %792 = icmp slt i64 %788, %791
  br i1 %792, label %656, label %817

793:                                              ; preds = %605, %793
  %794 = phi i64 [ %812, %793 ], [ 0, %605 ]
  %795 = load ptr, ptr %313, align 8
  %796 = load ptr, ptr %314, align 8
  %797 = getelementptr inbounds %struct.kernel, ptr %796, i64 0, i32 17
  %798 = load i64, ptr %797, align 8
  %799 = add nsw i64 %798, %794
  %800 = getelementptr inbounds %struct.kernel, ptr %796, i64 0, i32 6
  %801 = load i64, ptr %800, align 8
  %802 = mul nsw i64 %799, %801
  %803 = add nsw i64 %802, %2
  %804 = getelementptr inbounds double, ptr %795, i64 %803
  %805 = load double, ptr %804, align 8
  %806 = getelementptr inbounds %struct.kernel, ptr %796, i64 0, i32 7
  %807 = load i64, ptr %806, align 8
  %808 = add nsw i64 %807, %794
  %809 = mul nsw i64 %808, %801
  %810 = add nsw i64 %809, %2
  %811 = getelementptr inbounds double, ptr %795, i64 %810
  store double %805, ptr %811, align 8
  %812 = add nuw nsw i64 %794, 1
  %813 = load ptr, ptr %0, align 8
  %814 = getelementptr inbounds %struct.batch, ptr %813, i64 0, i32 19
  %815 = load i64, ptr %814, align 8
  %816 = icmp slt i64 %812, %815
  br i1 %816, label %793, label %610

817:                                              ; preds = %787, %515, %498, %642, %601
  %818 = phi i32 [ %590, %601 ], [ %603, %642 ], [ %501, %498 ], [ %501, %515 ], [ %603, %787 ]
  %819 = phi i32 [ %500, %601 ], [ 1, %642 ], [ %500, %498 ], [ %500, %515 ], [ 1, %787 ]
  %820 = add nuw nsw i64 %499, 1
  %821 = load i64, ptr %68, align 8
  %822 = icmp slt i64 %820, %821
  br i1 %822, label %498, label %334
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare double @llvm.sqrt.f64(double) #4

; Function Attrs: mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare double @llvm.pow.f64(double, double) #4

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: write)
declare void @llvm.memset.p0.i64(ptr nocapture writeonly, i8, i64, i1 immarg) #5

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.smax.i64(i64, i64) #6

attributes #0 = { nounwind "no-trapping-math"="true" }
attributes #1 = { mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { mustprogress nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #3 = { nofree nosync nounwind memory(readwrite, inaccessiblemem: none) "no-trapping-math"="true" }
attributes #4 = { mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #5 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #6 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #7 = { nounwind }
