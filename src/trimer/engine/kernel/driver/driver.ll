; made by tools/compile_driver.py; do not edit. sources 3a4ec78cdb0cdbba993b7b3344f9d5b314a53d6a79688bf7cef5d52e00514e50
%struct.lane = type { i64, double, double, double, double, double, double, i64, i64, i64, i64, i64, i64, i64, i64, i64, double, double, ptr, ptr, ptr, [96 x %struct.dose] }
%struct.dose = type { double, i64, i64, double }
%struct.context = type { ptr, ptr, ptr, ptr, ptr }
%struct.kernel = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64 }
%struct.machine = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, double, double, double }
%struct.batch = type { ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, ptr, i64, i64, i64, i64, i64, i64, i64, i64, i64 }

; Function Attrs: nounwind
define i64 @trimer_drive(ptr noundef %0, ptr noundef %1, ptr noundef %2, ptr noundef %3, ptr noundef %4) local_unnamed_addr #0 {
  %6 = alloca i32, align 4
  %7 = alloca [8 x %struct.lane], align 16
  %8 = alloca %struct.context, align 8
  call void @llvm.lifetime.start.p0(i64 25920, ptr nonnull %7) #8
  call void @llvm.lifetime.start.p0(i64 40, ptr nonnull %8) #8
  store ptr %0, ptr %8, align 8
  %9 = getelementptr inbounds %struct.context, ptr %8, i64 0, i32 1
  store ptr %1, ptr %9, align 8
  %10 = getelementptr inbounds %struct.context, ptr %8, i64 0, i32 2
  store ptr %2, ptr %10, align 8
  %11 = getelementptr inbounds %struct.context, ptr %8, i64 0, i32 3
  store ptr %7, ptr %11, align 8
  %12 = getelementptr inbounds %struct.context, ptr %8, i64 0, i32 4
  store ptr %3, ptr %12, align 8
  %13 = getelementptr inbounds %struct.kernel, ptr %2, i64 0, i32 7
  %14 = load i64, ptr %13, align 8
  %15 = icmp sgt i64 %14, 0
  br i1 %15, label %16, label %42

16:                                               ; preds = %5
  %17 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 26
  %18 = load i64, ptr %17, align 8
  %19 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 24
  %20 = load i64, ptr %19, align 8
  %21 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 27
  %22 = load i64, ptr %21, align 8
  %23 = getelementptr inbounds %struct.machine, ptr %1, i64 0, i32 28
  %24 = load i64, ptr %23, align 8
  %25 = add nsw i64 %24, %22
  br label %1252

26:                                               ; preds = %1252
  br i1 %15, label %27, label %42

27:                                               ; preds = %26, %27
  %28 = phi i64 [ %40, %27 ], [ %14, %26 ]
  %29 = phi ptr [ %38, %27 ], [ %2, %26 ]
  %30 = phi i64 [ %37, %27 ], [ 0, %26 ]
  %31 = load ptr, ptr %12, align 8
  %32 = getelementptr inbounds %struct.kernel, ptr %29, i64 0, i32 11
  %33 = load i64, ptr %32, align 8
  %34 = mul nsw i64 %33, %28
  %35 = add nsw i64 %34, %30
  %36 = getelementptr inbounds double, ptr %31, i64 %35
  store double 1.000000e+00, ptr %36, align 8
  %37 = add nuw nsw i64 %30, 1
  %38 = load ptr, ptr %10, align 8
  %39 = getelementptr inbounds %struct.kernel, ptr %38, i64 0, i32 7
  %40 = load i64, ptr %39, align 8
  %41 = icmp slt i64 %37, %40
  br i1 %41, label %27, label %42

42:                                               ; preds = %27, %5, %26
  %43 = phi ptr [ %2, %5 ], [ %2, %26 ], [ %38, %27 ]
  br label %44

44:                                               ; preds = %42, %1247
  %45 = phi ptr [ %1248, %1247 ], [ %43, %42 ]
  %46 = phi i32 [ %1249, %1247 ], [ 0, %42 ]
  %47 = phi i64 [ %1250, %1247 ], [ 0, %42 ]
  call void @llvm.lifetime.start.p0(i64 4, ptr nonnull %6) #8
  store i32 0, ptr %6, align 4
  %48 = load ptr, ptr %8, align 8
  %49 = getelementptr inbounds %struct.kernel, ptr %45, i64 0, i32 7
  %50 = load i64, ptr %49, align 8
  %51 = icmp sgt i64 %50, 0
  br i1 %51, label %52, label %370

52:                                               ; preds = %44
  %53 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 10
  %54 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 18
  %55 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 8
  %56 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 3
  %57 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 19
  %58 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 20
  %59 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 1
  %60 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 21
  %61 = getelementptr inbounds %struct.batch, ptr %48, i64 0, i32 2
  br label %62

62:                                               ; preds = %199, %52
  %63 = phi i32 [ 0, %52 ], [ %200, %199 ]
  %64 = phi i64 [ 0, %52 ], [ %201, %199 ]
  %65 = load ptr, ptr %11, align 8
  %66 = getelementptr inbounds %struct.lane, ptr %65, i64 %64
  %67 = load i64, ptr %66, align 8
  %68 = icmp sgt i64 %67, -1
  br i1 %68, label %199, label %69

69:                                               ; preds = %62
  %70 = load ptr, ptr %53, align 8
  %71 = load volatile i64, ptr %70, align 8
  %72 = load i64, ptr %54, align 8
  %73 = icmp slt i64 %71, %72
  br i1 %73, label %74, label %199

74:                                               ; preds = %69
  %75 = atomicrmw volatile add ptr %70, i64 1 monotonic, align 8
  %76 = load i64, ptr %54, align 8
  %77 = icmp slt i64 %75, %76
  br i1 %77, label %78, label %199

78:                                               ; preds = %74
  store i64 %75, ptr %66, align 8
  %79 = load ptr, ptr %55, align 8
  %80 = load double, ptr %79, align 8
  %81 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 1
  store double %80, ptr %81, align 8
  %82 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 10
  store i64 1, ptr %82, align 8
  %83 = load ptr, ptr %56, align 8
  %84 = getelementptr inbounds i64, ptr %83, i64 %75
  %85 = load i64, ptr %84, align 8
  %86 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 7
  store i64 %85, ptr %86, align 8
  %87 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 8
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(16) %87, i8 0, i64 16, i1 false)
  %88 = load ptr, ptr %9, align 8
  %89 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 12
  %90 = getelementptr inbounds %struct.machine, ptr %88, i64 0, i32 30
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %89, i8 0, i64 32, i1 false)
  %91 = load double, ptr %90, align 8
  %92 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 16
  store double %91, ptr %92, align 8
  %93 = getelementptr inbounds %struct.machine, ptr %88, i64 0, i32 26
  %94 = load i64, ptr %93, align 8
  %95 = icmp sgt i64 %94, 0
  br i1 %95, label %96, label %98

96:                                               ; preds = %78
  %97 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 18
  br label %104

98:                                               ; preds = %104, %78
  %99 = getelementptr inbounds %struct.machine, ptr %88, i64 0, i32 24
  %100 = load i64, ptr %99, align 8
  %101 = icmp sgt i64 %100, 0
  br i1 %101, label %102, label %125

102:                                              ; preds = %98
  %103 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 19
  br label %116

104:                                              ; preds = %104, %96
  %105 = phi i64 [ 0, %96 ], [ %111, %104 ]
  %106 = load ptr, ptr %88, align 8
  %107 = getelementptr inbounds double, ptr %106, i64 %105
  %108 = load double, ptr %107, align 8
  %109 = load ptr, ptr %97, align 8
  %110 = getelementptr inbounds double, ptr %109, i64 %105
  store double %108, ptr %110, align 8
  %111 = add nuw nsw i64 %105, 1
  %112 = load i64, ptr %93, align 8
  %113 = icmp slt i64 %111, %112
  br i1 %113, label %104, label %98

114:                                              ; preds = %116
  %115 = icmp sgt i64 %121, 0
  br i1 %115, label %123, label %125

116:                                              ; preds = %116, %102
  %117 = phi i64 [ 0, %102 ], [ %120, %116 ]
  %118 = load ptr, ptr %103, align 8
  %119 = getelementptr inbounds double, ptr %118, i64 %117
  store double 1.000000e+300, ptr %119, align 8
  %120 = add nuw nsw i64 %117, 1
  %121 = load i64, ptr %99, align 8
  %122 = icmp slt i64 %120, %121
  br i1 %122, label %116, label %114

123:                                              ; preds = %114
  %124 = load double, ptr %90, align 8
  br label %125

125:                                              ; preds = %123, %114, %98
  %126 = phi double [ %124, %123 ], [ 1.000000e+300, %114 ], [ 1.000000e+300, %98 ]
  %127 = getelementptr inbounds %struct.lane, ptr %65, i64 %64, i32 17
  store double %126, ptr %127, align 8
  %128 = load i64, ptr %57, align 8
  %129 = icmp sgt i64 %128, 0
  br i1 %129, label %133, label %130

130:                                              ; preds = %133, %125
  %131 = load i64, ptr %58, align 8
  %132 = icmp sgt i64 %131, 0
  br i1 %132, label %157, label %154

133:                                              ; preds = %125, %133
  %134 = phi i64 [ %152, %133 ], [ %128, %125 ]
  %135 = phi i64 [ %151, %133 ], [ 0, %125 ]
  %136 = load ptr, ptr %48, align 8
  %137 = mul nsw i64 %134, %75
  %138 = add nsw i64 %137, %135
  %139 = getelementptr inbounds double, ptr %136, i64 %138
  %140 = load double, ptr %139, align 8
  %141 = load ptr, ptr %12, align 8
  %142 = load ptr, ptr %10, align 8
  %143 = getelementptr inbounds %struct.kernel, ptr %142, i64 0, i32 8
  %144 = load i64, ptr %143, align 8
  %145 = add nsw i64 %144, %135
  %146 = getelementptr inbounds %struct.kernel, ptr %142, i64 0, i32 7
  %147 = load i64, ptr %146, align 8
  %148 = mul nsw i64 %145, %147
  %149 = add nsw i64 %148, %64
  %150 = getelementptr inbounds double, ptr %141, i64 %149
  store double %140, ptr %150, align 8
  %151 = add nuw nsw i64 %135, 1
  %152 = load i64, ptr %57, align 8
  %153 = icmp slt i64 %151, %152
  br i1 %153, label %133, label %130

154:                                              ; preds = %157, %130
  %155 = load i64, ptr %60, align 8
  %156 = icmp sgt i64 %155, 0
  br i1 %156, label %178, label %199

157:                                              ; preds = %130, %157
  %158 = phi i64 [ %176, %157 ], [ %131, %130 ]
  %159 = phi i64 [ %175, %157 ], [ 0, %130 ]
  %160 = load ptr, ptr %59, align 8
  %161 = mul nsw i64 %158, %75
  %162 = add nsw i64 %161, %159
  %163 = getelementptr inbounds double, ptr %160, i64 %162
  %164 = load double, ptr %163, align 8
  %165 = load ptr, ptr %12, align 8
  %166 = load ptr, ptr %10, align 8
  %167 = getelementptr inbounds %struct.kernel, ptr %166, i64 0, i32 9
  %168 = load i64, ptr %167, align 8
  %169 = add nsw i64 %168, %159
  %170 = getelementptr inbounds %struct.kernel, ptr %166, i64 0, i32 7
  %171 = load i64, ptr %170, align 8
  %172 = mul nsw i64 %169, %171
  %173 = add nsw i64 %172, %64
  %174 = getelementptr inbounds double, ptr %165, i64 %173
  store double %164, ptr %174, align 8
  %175 = add nuw nsw i64 %159, 1
  %176 = load i64, ptr %58, align 8
  %177 = icmp slt i64 %175, %176
  br i1 %177, label %157, label %154

178:                                              ; preds = %154, %178
  %179 = phi i64 [ %197, %178 ], [ %155, %154 ]
  %180 = phi i64 [ %196, %178 ], [ 0, %154 ]
  %181 = load ptr, ptr %61, align 8
  %182 = mul nsw i64 %179, %75
  %183 = add nsw i64 %182, %180
  %184 = getelementptr inbounds double, ptr %181, i64 %183
  %185 = load double, ptr %184, align 8
  %186 = load ptr, ptr %12, align 8
  %187 = load ptr, ptr %10, align 8
  %188 = getelementptr inbounds %struct.kernel, ptr %187, i64 0, i32 10
  %189 = load i64, ptr %188, align 8
  %190 = add nsw i64 %189, %180
  %191 = getelementptr inbounds %struct.kernel, ptr %187, i64 0, i32 7
  %192 = load i64, ptr %191, align 8
  %193 = mul nsw i64 %190, %192
  %194 = add nsw i64 %193, %64
  %195 = getelementptr inbounds double, ptr %186, i64 %194
  store double %185, ptr %195, align 8
  %196 = add nuw nsw i64 %180, 1
  %197 = load i64, ptr %60, align 8
  %198 = icmp slt i64 %196, %197
  br i1 %198, label %178, label %199

199:                                              ; preds = %178, %154, %74, %69, %62
  %200 = phi i32 [ %63, %69 ], [ %63, %62 ], [ %63, %74 ], [ 1, %154 ], [ 1, %178 ]
  %201 = add nuw nsw i64 %64, 1
  %202 = load ptr, ptr %10, align 8
  %203 = getelementptr inbounds %struct.kernel, ptr %202, i64 0, i32 7
  %204 = load i64, ptr %203, align 8
  %205 = icmp slt i64 %201, %204
  br i1 %205, label %62, label %206

206:                                              ; preds = %199
  %207 = icmp sgt i64 %204, 0
  br i1 %207, label %208, label %370

208:                                              ; preds = %206
  %209 = load ptr, ptr %8, align 8
  %210 = getelementptr inbounds %struct.batch, ptr %209, i64 0, i32 4
  %211 = getelementptr inbounds %struct.batch, ptr %209, i64 0, i32 5
  %212 = getelementptr inbounds %struct.batch, ptr %209, i64 0, i32 6
  %213 = getelementptr inbounds %struct.batch, ptr %209, i64 0, i32 19
  %214 = getelementptr inbounds %struct.batch, ptr %209, i64 0, i32 7
  br label %215

215:                                              ; preds = %363, %208
  %216 = phi i32 [ 0, %208 ], [ %364, %363 ]
  %217 = phi i64 [ 0, %208 ], [ %365, %363 ]
  %218 = load ptr, ptr %11, align 8
  %219 = getelementptr inbounds %struct.lane, ptr %218, i64 %217
  %220 = load i64, ptr %219, align 8
  %221 = icmp slt i64 %220, 0
  br i1 %221, label %363, label %222

222:                                              ; preds = %215
  %223 = load ptr, ptr %210, align 8
  %224 = getelementptr inbounds i64, ptr %223, i64 %220
  %225 = load i64, ptr %224, align 8
  %226 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 7
  %227 = load i64, ptr %226, align 8
  %228 = icmp slt i64 %227, %225
  br i1 %228, label %229, label %277

229:                                              ; preds = %222
  %230 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 1
  %231 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 10
  br label %232

232:                                              ; preds = %272, %229
  %233 = phi i64 [ %227, %229 ], [ %275, %272 ]
  %234 = phi i32 [ %216, %229 ], [ %273, %272 ]
  %235 = load ptr, ptr %211, align 8
  %236 = getelementptr inbounds double, ptr %235, i64 %233
  %237 = load double, ptr %236, align 8
  %238 = load double, ptr %230, align 8
  %239 = fcmp ugt double %237, %238
  br i1 %239, label %277, label %240

240:                                              ; preds = %232
  %241 = load ptr, ptr %212, align 8
  %242 = getelementptr inbounds i64, ptr %241, i64 %233
  %243 = load i64, ptr %242, align 8
  %244 = load i64, ptr %213, align 8
  %245 = icmp slt i64 %243, %244
  %246 = load ptr, ptr %214, align 8
  %247 = getelementptr inbounds double, ptr %246, i64 %233
  %248 = load double, ptr %247, align 8
  %249 = load ptr, ptr %12, align 8
  %250 = load ptr, ptr %10, align 8
  br i1 %245, label %251, label %262

251:                                              ; preds = %240
  %252 = getelementptr inbounds %struct.kernel, ptr %250, i64 0, i32 8
  %253 = load i64, ptr %252, align 8
  %254 = add nsw i64 %253, %243
  %255 = getelementptr inbounds %struct.kernel, ptr %250, i64 0, i32 7
  %256 = load i64, ptr %255, align 8
  %257 = mul nsw i64 %254, %256
  %258 = add nsw i64 %257, %217
  %259 = getelementptr inbounds double, ptr %249, i64 %258
  %260 = load double, ptr %259, align 8
  %261 = fadd double %248, %260
  store double %261, ptr %259, align 8
  br label %272

262:                                              ; preds = %240
  %263 = getelementptr inbounds %struct.kernel, ptr %250, i64 0, i32 10
  %264 = load i64, ptr %263, align 8
  %265 = sub i64 %243, %244
  %266 = add i64 %265, %264
  %267 = getelementptr inbounds %struct.kernel, ptr %250, i64 0, i32 7
  %268 = load i64, ptr %267, align 8
  %269 = mul nsw i64 %266, %268
  %270 = add nsw i64 %269, %217
  %271 = getelementptr inbounds double, ptr %249, i64 %270
  store double %248, ptr %271, align 8
  br label %272

272:                                              ; preds = %262, %251
  %273 = phi i32 [ %234, %251 ], [ 1, %262 ]
  store i64 1, ptr %231, align 8
  %274 = load i64, ptr %226, align 8
  %275 = add nsw i64 %274, 1
  store i64 %275, ptr %226, align 8
  %276 = icmp slt i64 %275, %225
  br i1 %276, label %232, label %277

277:                                              ; preds = %272, %232, %222
  %278 = phi i32 [ %216, %222 ], [ %273, %272 ], [ %234, %232 ]
  %279 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 14
  %280 = load i64, ptr %279, align 8
  %281 = icmp sgt i64 %280, 0
  br i1 %281, label %282, label %363

282:                                              ; preds = %277
  %283 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 1
  %284 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 0
  %285 = load double, ptr %284, align 8
  %286 = load double, ptr %283, align 8
  %287 = fcmp ugt double %285, %286
  br i1 %287, label %363, label %293

288:                                              ; preds = %347
  %289 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 %348
  %290 = load double, ptr %289, align 8
  %291 = load double, ptr %283, align 8
  %292 = fcmp ugt double %290, %291
  br i1 %292, label %351, label %293

293:                                              ; preds = %282, %288
  %294 = phi i64 [ %348, %288 ], [ 0, %282 ]
  %295 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 %294, i32 1
  %296 = load i64, ptr %295, align 8
  %297 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 %294, i32 2
  %298 = load i64, ptr %297, align 8
  %299 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 %294, i32 3
  %300 = load double, ptr %299, align 8
  switch i64 %296, label %325 [
    i64 0, label %301
    i64 1, label %314
  ]

301:                                              ; preds = %293
  %302 = load ptr, ptr %12, align 8
  %303 = load ptr, ptr %10, align 8
  %304 = getelementptr inbounds %struct.kernel, ptr %303, i64 0, i32 8
  %305 = load i64, ptr %304, align 8
  %306 = add nsw i64 %305, %298
  %307 = getelementptr inbounds %struct.kernel, ptr %303, i64 0, i32 7
  %308 = load i64, ptr %307, align 8
  %309 = mul nsw i64 %306, %308
  %310 = add nsw i64 %309, %217
  %311 = getelementptr inbounds double, ptr %302, i64 %310
  %312 = load double, ptr %311, align 8
  %313 = fadd double %300, %312
  store double %313, ptr %311, align 8
  br label %347

314:                                              ; preds = %293
  %315 = load ptr, ptr %12, align 8
  %316 = load ptr, ptr %10, align 8
  %317 = getelementptr inbounds %struct.kernel, ptr %316, i64 0, i32 10
  %318 = load i64, ptr %317, align 8
  %319 = add nsw i64 %318, %298
  %320 = getelementptr inbounds %struct.kernel, ptr %316, i64 0, i32 7
  %321 = load i64, ptr %320, align 8
  %322 = mul nsw i64 %319, %321
  %323 = add nsw i64 %322, %217
  %324 = getelementptr inbounds double, ptr %315, i64 %323
  store double %300, ptr %324, align 8
  br label %347

325:                                              ; preds = %293
  %326 = load ptr, ptr %12, align 8
  %327 = load ptr, ptr %10, align 8
  %328 = getelementptr inbounds %struct.kernel, ptr %327, i64 0, i32 10
  %329 = load i64, ptr %328, align 8
  %330 = add nsw i64 %329, %298
  %331 = getelementptr inbounds %struct.kernel, ptr %327, i64 0, i32 7
  %332 = load i64, ptr %331, align 8
  %333 = mul nsw i64 %330, %332
  %334 = add nsw i64 %333, %217
  %335 = getelementptr inbounds double, ptr %326, i64 %334
  %336 = load double, ptr %335, align 8
  %337 = fadd double %300, %336
  %338 = fcmp olt double %337, 0.000000e+00
  %339 = fneg double %337
  %340 = select i1 %338, double %339, double %337
  %341 = fcmp olt double %300, 0.000000e+00
  %342 = fneg double %300
  %343 = select i1 %341, double %342, double %300
  %344 = fmul double %343, 0x3D719799812DEA11
  %345 = fcmp olt double %340, %344
  %346 = select i1 %345, double 0.000000e+00, double %337
  store double %346, ptr %335, align 8
  br label %347

347:                                              ; preds = %325, %314, %301
  %348 = add nuw nsw i64 %294, 1
  %349 = load i64, ptr %279, align 8
  %350 = icmp slt i64 %348, %349
  br i1 %350, label %288, label %359

351:                                              ; preds = %288, %351
  %352 = phi i64 [ %356, %351 ], [ %348, %288 ]
  %353 = sub nuw nsw i64 %352, %348
  %354 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 %353
  %355 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 21, i64 %352
  call void @llvm.memcpy.p0.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %354, ptr noundef nonnull align 8 dereferenceable(32) %355, i64 32, i1 false)
  %356 = add nuw nsw i64 %352, 1
  %357 = load i64, ptr %279, align 8
  %358 = icmp slt i64 %356, %357
  br i1 %358, label %351, label %359

359:                                              ; preds = %347, %351
  %360 = phi i64 [ %357, %351 ], [ %349, %347 ]
  %361 = sub nsw i64 %360, %348
  store i64 %361, ptr %279, align 8
  %362 = getelementptr inbounds %struct.lane, ptr %218, i64 %217, i32 10
  store i64 1, ptr %362, align 8
  br label %363

363:                                              ; preds = %359, %282, %277, %215
  %364 = phi i32 [ %216, %215 ], [ 1, %359 ], [ %278, %282 ], [ %278, %277 ]
  %365 = add nuw nsw i64 %217, 1
  %366 = load ptr, ptr %10, align 8
  %367 = getelementptr inbounds %struct.kernel, ptr %366, i64 0, i32 7
  %368 = load i64, ptr %367, align 8
  %369 = icmp slt i64 %365, %368
  br i1 %369, label %215, label %370

370:                                              ; preds = %363, %206, %44
  %371 = phi i32 [ %200, %206 ], [ 0, %44 ], [ %200, %363 ]
  %372 = phi ptr [ %202, %206 ], [ %45, %44 ], [ %366, %363 ]
  %373 = phi i32 [ 0, %206 ], [ 0, %44 ], [ %364, %363 ]
  %374 = icmp ne i32 %371, 0
  %375 = icmp ne i32 %373, 0
  %376 = select i1 %374, i1 true, i1 %375
  %377 = icmp ne i32 %46, 0
  %378 = select i1 %376, i1 true, i1 %377
  br i1 %378, label %379, label %383

379:                                              ; preds = %370
  %380 = load ptr, ptr %372, align 8
  %381 = load ptr, ptr %12, align 8
  call void %380(ptr noundef %381) #8
  %382 = load ptr, ptr %10, align 8
  br label %383

383:                                              ; preds = %379, %370
  %384 = phi ptr [ %372, %370 ], [ %382, %379 ]
  %385 = getelementptr inbounds %struct.kernel, ptr %384, i64 0, i32 7
  %386 = load i64, ptr %385, align 8
  %387 = icmp sgt i64 %386, 0
  br i1 %387, label %390, label %611

388:                                              ; preds = %411
  %389 = icmp eq i32 %414, 0
  br i1 %389, label %481, label %420

390:                                              ; preds = %383, %411
  %391 = phi i64 [ %418, %411 ], [ %386, %383 ]
  %392 = phi ptr [ %416, %411 ], [ %384, %383 ]
  %393 = phi i64 [ %415, %411 ], [ 0, %383 ]
  %394 = phi i32 [ %414, %411 ], [ 0, %383 ]
  %395 = load ptr, ptr %12, align 8
  %396 = getelementptr inbounds %struct.kernel, ptr %392, i64 0, i32 12
  %397 = load i64, ptr %396, align 8
  %398 = mul nsw i64 %397, %391
  %399 = add nsw i64 %398, %393
  %400 = getelementptr inbounds double, ptr %395, i64 %399
  store double 0.000000e+00, ptr %400, align 8
  %401 = load ptr, ptr %11, align 8
  %402 = getelementptr inbounds %struct.lane, ptr %401, i64 %393
  %403 = load i64, ptr %402, align 8
  %404 = icmp sgt i64 %403, -1
  br i1 %404, label %405, label %411

405:                                              ; preds = %390
  %406 = getelementptr inbounds %struct.lane, ptr %401, i64 %393, i32 17
  %407 = load double, ptr %406, align 8
  %408 = getelementptr inbounds %struct.lane, ptr %401, i64 %393, i32 1
  %409 = load double, ptr %408, align 8
  %410 = fcmp ole double %407, %409
  br label %411

411:                                              ; preds = %405, %390
  %412 = phi i1 [ false, %390 ], [ %410, %405 ]
  %413 = zext i1 %412 to i32
  %414 = or i32 %394, %413
  %415 = add nuw nsw i64 %393, 1
  %416 = load ptr, ptr %10, align 8
  %417 = getelementptr inbounds %struct.kernel, ptr %416, i64 0, i32 7
  %418 = load i64, ptr %417, align 8
  %419 = icmp slt i64 %415, %418
  br i1 %419, label %390, label %388

420:                                              ; preds = %388
  %421 = load ptr, ptr %9, align 8
  %422 = getelementptr inbounds %struct.machine, ptr %421, i64 0, i32 29
  %423 = load i64, ptr %422, align 8
  %424 = icmp eq i64 %423, 0
  %425 = getelementptr inbounds %struct.kernel, ptr %416, i64 0, i32 4
  %426 = load ptr, ptr %425, align 8
  %427 = load ptr, ptr %12, align 8
  call void %426(ptr noundef %427) #8
  br i1 %424, label %433, label %428

428:                                              ; preds = %420
  %429 = load ptr, ptr %10, align 8
  %430 = getelementptr inbounds %struct.kernel, ptr %429, i64 0, i32 5
  %431 = load ptr, ptr %430, align 8
  %432 = load ptr, ptr %12, align 8
  call void %431(ptr noundef %432) #8
  br label %433

433:                                              ; preds = %428, %420
  %434 = load ptr, ptr %10, align 8
  %435 = getelementptr inbounds %struct.kernel, ptr %434, i64 0, i32 7
  %436 = load i64, ptr %435, align 8
  %437 = icmp sgt i64 %436, 0
  br i1 %437, label %438, label %611

438:                                              ; preds = %433, %466
  %439 = phi ptr [ %469, %466 ], [ %434, %433 ]
  %440 = phi i64 [ %468, %466 ], [ 0, %433 ]
  %441 = phi i1 [ false, %466 ], [ true, %433 ]
  br label %442

442:                                              ; preds = %460, %438
  %443 = phi ptr [ %461, %460 ], [ %439, %438 ]
  %444 = phi i64 [ %462, %460 ], [ %440, %438 ]
  %445 = load ptr, ptr %11, align 8
  %446 = getelementptr inbounds %struct.lane, ptr %445, i64 %444
  %447 = load i64, ptr %446, align 8
  %448 = icmp slt i64 %447, 0
  br i1 %448, label %460, label %449

449:                                              ; preds = %442
  %450 = getelementptr inbounds %struct.lane, ptr %445, i64 %444, i32 17
  %451 = load double, ptr %450, align 8
  %452 = getelementptr inbounds %struct.lane, ptr %445, i64 %444, i32 1
  %453 = load double, ptr %452, align 8
  %454 = fcmp ogt double %451, %453
  br i1 %454, label %460, label %455

455:                                              ; preds = %449
  store double %453, ptr %450, align 8
  %456 = call fastcc i32 @look(ptr noundef nonnull %8, ptr noundef nonnull %446, i64 noundef %444)
  %457 = icmp eq i32 %456, 0
  br i1 %457, label %458, label %466

458:                                              ; preds = %455
  %459 = load ptr, ptr %10, align 8
  br label %460

460:                                              ; preds = %458, %449, %442
  %461 = phi ptr [ %459, %458 ], [ %443, %449 ], [ %443, %442 ]
  %462 = add nuw nsw i64 %444, 1
  %463 = getelementptr inbounds %struct.kernel, ptr %461, i64 0, i32 7
  %464 = load i64, ptr %463, align 8
  %465 = icmp slt i64 %462, %464
  br i1 %465, label %442, label %473

466:                                              ; preds = %455
  %467 = getelementptr inbounds %struct.lane, ptr %445, i64 %444, i32 10
  store i64 1, ptr %467, align 8
  %468 = add nuw nsw i64 %444, 1
  %469 = load ptr, ptr %10, align 8
  %470 = getelementptr inbounds %struct.kernel, ptr %469, i64 0, i32 7
  %471 = load i64, ptr %470, align 8
  %472 = icmp slt i64 %468, %471
  br i1 %472, label %438, label %474

473:                                              ; preds = %460
  br i1 %441, label %481, label %474

474:                                              ; preds = %466, %473
  %475 = phi ptr [ %461, %473 ], [ %469, %466 ]
  %476 = load ptr, ptr %475, align 8
  %477 = load ptr, ptr %12, align 8
  call void %476(ptr noundef %477) #8
  %478 = load ptr, ptr %10, align 8
  %479 = getelementptr inbounds %struct.kernel, ptr %478, i64 0, i32 7
  %480 = load i64, ptr %479, align 8
  br label %481

481:                                              ; preds = %474, %473, %388
  %482 = phi i64 [ %418, %388 ], [ %480, %474 ], [ %464, %473 ]
  %483 = phi ptr [ %416, %388 ], [ %478, %474 ], [ %461, %473 ]
  %484 = load ptr, ptr %8, align 8
  %485 = icmp sgt i64 %482, 0
  br i1 %485, label %486, label %611

486:                                              ; preds = %481
  %487 = getelementptr inbounds %struct.batch, ptr %484, i64 0, i32 22
  %488 = getelementptr inbounds %struct.batch, ptr %484, i64 0, i32 8
  br label %491

489:                                              ; preds = %518
  %490 = icmp eq i32 %521, 0
  br i1 %490, label %611, label %527

491:                                              ; preds = %518, %486
  %492 = phi i64 [ %482, %486 ], [ %525, %518 ]
  %493 = phi ptr [ %483, %486 ], [ %523, %518 ]
  %494 = phi i32 [ 0, %486 ], [ %521, %518 ]
  %495 = phi i64 [ 0, %486 ], [ %522, %518 ]
  %496 = load ptr, ptr %11, align 8
  %497 = getelementptr inbounds %struct.lane, ptr %496, i64 %495
  %498 = load ptr, ptr %12, align 8
  %499 = getelementptr inbounds %struct.kernel, ptr %493, i64 0, i32 12
  %500 = load i64, ptr %499, align 8
  %501 = mul nsw i64 %500, %492
  %502 = add nsw i64 %501, %495
  %503 = getelementptr inbounds double, ptr %498, i64 %502
  store double 0.000000e+00, ptr %503, align 8
  %504 = load i64, ptr %497, align 8
  %505 = icmp sgt i64 %504, -1
  br i1 %505, label %506, label %518

506:                                              ; preds = %491
  %507 = getelementptr inbounds %struct.lane, ptr %496, i64 %495, i32 8
  %508 = load i64, ptr %507, align 8
  %509 = load i64, ptr %487, align 8
  %510 = icmp slt i64 %508, %509
  br i1 %510, label %511, label %518

511:                                              ; preds = %506
  %512 = load ptr, ptr %488, align 8
  %513 = getelementptr inbounds double, ptr %512, i64 %508
  %514 = load double, ptr %513, align 8
  %515 = getelementptr inbounds %struct.lane, ptr %496, i64 %495, i32 1
  %516 = load double, ptr %515, align 8
  %517 = fcmp ole double %514, %516
  br label %518

518:                                              ; preds = %511, %506, %491
  %519 = phi i1 [ false, %506 ], [ false, %491 ], [ %517, %511 ]
  %520 = zext i1 %519 to i32
  %521 = or i32 %494, %520
  %522 = add nuw nsw i64 %495, 1
  %523 = load ptr, ptr %10, align 8
  %524 = getelementptr inbounds %struct.kernel, ptr %523, i64 0, i32 7
  %525 = load i64, ptr %524, align 8
  %526 = icmp slt i64 %522, %525
  br i1 %526, label %491, label %489

527:                                              ; preds = %489
  %528 = getelementptr inbounds %struct.batch, ptr %484, i64 0, i32 24
  %529 = load i64, ptr %528, align 8
  %530 = icmp eq i64 %529, 0
  %531 = getelementptr inbounds %struct.kernel, ptr %523, i64 0, i32 4
  %532 = load ptr, ptr %531, align 8
  %533 = load ptr, ptr %12, align 8
  call void %532(ptr noundef %533) #8
  br i1 %530, label %539, label %534

534:                                              ; preds = %527
  %535 = load ptr, ptr %10, align 8
  %536 = getelementptr inbounds %struct.kernel, ptr %535, i64 0, i32 5
  %537 = load ptr, ptr %536, align 8
  %538 = load ptr, ptr %12, align 8
  call void %537(ptr noundef %538) #8
  br label %539

539:                                              ; preds = %534, %527
  %540 = load ptr, ptr %10, align 8
  %541 = getelementptr inbounds %struct.kernel, ptr %540, i64 0, i32 7
  %542 = load i64, ptr %541, align 8
  %543 = icmp sgt i64 %542, 0
  br i1 %543, label %544, label %611

544:                                              ; preds = %539, %605
  %545 = phi ptr [ %606, %605 ], [ %540, %539 ]
  %546 = phi i64 [ %607, %605 ], [ 0, %539 ]
  %547 = load ptr, ptr %11, align 8
  %548 = getelementptr inbounds %struct.lane, ptr %547, i64 %546
  %549 = getelementptr inbounds %struct.lane, ptr %547, i64 %546, i32 8
  %550 = load i64, ptr %548, align 8
  %551 = icmp sgt i64 %550, -1
  br i1 %551, label %552, label %605

552:                                              ; preds = %544
  %553 = getelementptr inbounds %struct.lane, ptr %547, i64 %546, i32 1
  br label %554

554:                                              ; preds = %600, %552
  %555 = phi i64 [ %550, %552 ], [ %601, %600 ]
  %556 = load i64, ptr %549, align 8
  %557 = load i64, ptr %487, align 8
  %558 = icmp slt i64 %556, %557
  br i1 %558, label %559, label %603

559:                                              ; preds = %554
  %560 = load ptr, ptr %488, align 8
  %561 = getelementptr inbounds double, ptr %560, i64 %556
  %562 = load double, ptr %561, align 8
  %563 = load double, ptr %553, align 8
  %564 = fcmp ugt double %562, %563
  br i1 %564, label %603, label %565

565:                                              ; preds = %559
  %566 = load ptr, ptr %8, align 8
  %567 = getelementptr inbounds %struct.batch, ptr %566, i64 0, i32 11
  %568 = load ptr, ptr %567, align 8
  %569 = getelementptr inbounds %struct.batch, ptr %566, i64 0, i32 22
  %570 = load i64, ptr %569, align 8
  %571 = mul nsw i64 %570, %555
  %572 = add nsw i64 %556, 1
  store i64 %572, ptr %549, align 8
  %573 = add nsw i64 %571, %556
  %574 = getelementptr inbounds %struct.batch, ptr %566, i64 0, i32 23
  %575 = load i64, ptr %574, align 8
  %576 = mul nsw i64 %575, %573
  %577 = getelementptr inbounds double, ptr %568, i64 %576
  %578 = icmp sgt i64 %575, 0
  br i1 %578, label %579, label %600

579:                                              ; preds = %565
  %580 = getelementptr inbounds %struct.batch, ptr %566, i64 0, i32 9
  br label %581

581:                                              ; preds = %581, %579
  %582 = phi i64 [ 0, %579 ], [ %595, %581 ]
  %583 = load ptr, ptr %12, align 8
  %584 = load ptr, ptr %580, align 8
  %585 = getelementptr inbounds i64, ptr %584, i64 %582
  %586 = load i64, ptr %585, align 8
  %587 = load ptr, ptr %10, align 8
  %588 = getelementptr inbounds %struct.kernel, ptr %587, i64 0, i32 7
  %589 = load i64, ptr %588, align 8
  %590 = mul nsw i64 %589, %586
  %591 = add nsw i64 %590, %546
  %592 = getelementptr inbounds double, ptr %583, i64 %591
  %593 = load double, ptr %592, align 8
  %594 = getelementptr inbounds double, ptr %577, i64 %582
  store double %593, ptr %594, align 8
  %595 = add nuw nsw i64 %582, 1
  %596 = load i64, ptr %574, align 8
  %597 = icmp slt i64 %595, %596
  br i1 %597, label %581, label %598

598:                                              ; preds = %581
  %599 = load i64, ptr %548, align 8
  br label %600

600:                                              ; preds = %598, %565
  %601 = phi i64 [ %599, %598 ], [ %555, %565 ]
  %602 = icmp sgt i64 %601, -1
  br i1 %602, label %554, label %603

603:                                              ; preds = %600, %559, %554
  %604 = load ptr, ptr %10, align 8
  br label %605

605:                                              ; preds = %603, %544
  %606 = phi ptr [ %604, %603 ], [ %545, %544 ]
  %607 = add nuw nsw i64 %546, 1
  %608 = getelementptr inbounds %struct.kernel, ptr %606, i64 0, i32 7
  %609 = load i64, ptr %608, align 8
  %610 = icmp slt i64 %607, %609
  br i1 %610, label %544, label %611

611:                                              ; preds = %605, %539, %489, %481, %433, %383
  %612 = call fastcc i64 @release(ptr noundef nonnull %8, ptr noundef nonnull %6)
  %613 = load ptr, ptr %10, align 8
  %614 = getelementptr inbounds %struct.kernel, ptr %613, i64 0, i32 7
  %615 = load i64, ptr %614, align 8
  %616 = icmp slt i64 %612, %615
  br i1 %616, label %617, label %625

617:                                              ; preds = %611
  %618 = load ptr, ptr %8, align 8
  %619 = getelementptr inbounds %struct.batch, ptr %618, i64 0, i32 10
  %620 = load ptr, ptr %619, align 8
  %621 = load volatile i64, ptr %620, align 8
  %622 = getelementptr inbounds %struct.batch, ptr %618, i64 0, i32 18
  %623 = load i64, ptr %622, align 8
  %624 = icmp slt i64 %621, %623
  br i1 %624, label %1247, label %625

625:                                              ; preds = %617, %611
  %626 = icmp eq i64 %612, 0
  br i1 %626, label %1251, label %627

627:                                              ; preds = %625
  %628 = load i32, ptr %6, align 4
  %629 = icmp eq i32 %628, 0
  br i1 %629, label %721, label %630

630:                                              ; preds = %627
  %631 = getelementptr inbounds %struct.kernel, ptr %613, i64 0, i32 1
  %632 = load ptr, ptr %631, align 8
  %633 = load ptr, ptr %12, align 8
  call void %632(ptr noundef %633) #8
  %634 = load ptr, ptr %10, align 8
  %635 = getelementptr inbounds %struct.kernel, ptr %634, i64 0, i32 7
  %636 = load i64, ptr %635, align 8
  %637 = icmp sgt i64 %636, 0
  br i1 %637, label %638, label %801

638:                                              ; preds = %630
  %639 = getelementptr inbounds %struct.kernel, ptr %634, i64 0, i32 8
  %640 = getelementptr inbounds %struct.kernel, ptr %634, i64 0, i32 16
  %641 = getelementptr inbounds %struct.kernel, ptr %634, i64 0, i32 17
  %642 = getelementptr inbounds %struct.kernel, ptr %634, i64 0, i32 15
  br label %643

643:                                              ; preds = %715, %638
  %644 = phi ptr [ %634, %638 ], [ %716, %715 ]
  %645 = phi i64 [ %636, %638 ], [ %719, %715 ]
  %646 = phi i64 [ 0, %638 ], [ %717, %715 ]
  %647 = load ptr, ptr %11, align 8
  %648 = getelementptr inbounds %struct.lane, ptr %647, i64 %646
  %649 = load i64, ptr %648, align 8
  %650 = icmp slt i64 %649, 0
  br i1 %650, label %715, label %651

651:                                              ; preds = %643
  %652 = getelementptr inbounds %struct.lane, ptr %647, i64 %646, i32 10
  %653 = load i64, ptr %652, align 8
  %654 = icmp eq i64 %653, 0
  br i1 %654, label %715, label %655

655:                                              ; preds = %651
  %656 = load ptr, ptr %8, align 8
  %657 = getelementptr inbounds %struct.batch, ptr %656, i64 0, i32 19
  %658 = load i64, ptr %657, align 8
  %659 = icmp sgt i64 %658, 0
  br i1 %659, label %660, label %670

660:                                              ; preds = %655
  %661 = load ptr, ptr %12, align 8
  %662 = load i64, ptr %639, align 8
  %663 = load i64, ptr %640, align 8
  %664 = load i64, ptr %641, align 8
  %665 = mul nsw i64 %664, %645
  %666 = add nsw i64 %665, %646
  %667 = getelementptr inbounds double, ptr %661, i64 %666
  %668 = load double, ptr %667, align 8
  %669 = load i64, ptr %642, align 8
  br label %683

670:                                              ; preds = %683, %655
  %671 = phi double [ 0.000000e+00, %655 ], [ %712, %683 ]
  %672 = phi double [ 0.000000e+00, %655 ], [ %710, %683 ]
  %673 = fcmp ogt double %672, 1.000000e-10
  %674 = fcmp ogt double %671, 1.000000e-10
  %675 = select i1 %673, i1 %674, i1 false
  %676 = fdiv double %672, %671
  %677 = call double @llvm.sqrt.f64(double %676)
  %678 = fmul double %677, 1.000000e-01
  %679 = select i1 %675, double %678, double 0x3EB0C6F7A0B5ED8D
  %680 = getelementptr inbounds %struct.lane, ptr %647, i64 %646, i32 3
  store double %679, ptr %680, align 8
  %681 = getelementptr inbounds %struct.lane, ptr %647, i64 %646, i32 4
  store double 1.000000e-04, ptr %681, align 8
  call void @llvm.memset.p0.i64(ptr noundef nonnull align 8 dereferenceable(16) %652, i8 0, i64 16, i1 false)
  %682 = load ptr, ptr %10, align 8
  br label %715

683:                                              ; preds = %683, %660
  %684 = phi double [ 0.000000e+00, %660 ], [ %710, %683 ]
  %685 = phi double [ 0.000000e+00, %660 ], [ %712, %683 ]
  %686 = phi i64 [ 0, %660 ], [ %713, %683 ]
  %687 = add nsw i64 %686, %662
  %688 = mul nsw i64 %687, %645
  %689 = add nsw i64 %688, %646
  %690 = getelementptr inbounds double, ptr %661, i64 %689
  %691 = load double, ptr %690, align 8
  %692 = add nsw i64 %686, %663
  %693 = mul nsw i64 %692, %645
  %694 = add nsw i64 %693, %646
  %695 = getelementptr inbounds double, ptr %661, i64 %694
  %696 = load double, ptr %695, align 8
  %697 = fcmp olt double %691, 0.000000e+00
  %698 = fneg double %691
  %699 = select i1 %697, double %698, double %691
  %700 = fmul double %668, %699
  %701 = fadd double %696, %700
  %702 = fdiv double %691, %701
  %703 = add nsw i64 %686, %669
  %704 = mul nsw i64 %703, %645
  %705 = add nsw i64 %704, %646
  %706 = getelementptr inbounds double, ptr %661, i64 %705
  %707 = load double, ptr %706, align 8
  %708 = fdiv double %707, %701
  %709 = fmul double %702, %702
  %710 = fadd double %684, %709
  %711 = fmul double %708, %708
  %712 = fadd double %685, %711
  %713 = add nuw nsw i64 %686, 1
  %714 = icmp eq i64 %713, %658
  br i1 %714, label %670, label %683

715:                                              ; preds = %670, %651, %643
  %716 = phi ptr [ %644, %643 ], [ %644, %651 ], [ %682, %670 ]
  %717 = add nuw nsw i64 %646, 1
  %718 = getelementptr inbounds %struct.kernel, ptr %716, i64 0, i32 7
  %719 = load i64, ptr %718, align 8
  %720 = icmp slt i64 %717, %719
  br i1 %720, label %643, label %721

721:                                              ; preds = %715, %627
  %722 = phi i64 [ %615, %627 ], [ %719, %715 ]
  %723 = phi ptr [ %613, %627 ], [ %716, %715 ]
  %724 = icmp sgt i64 %722, 0
  br i1 %724, label %725, label %801

725:                                              ; preds = %721
  %726 = load ptr, ptr %8, align 8
  %727 = getelementptr inbounds %struct.batch, ptr %726, i64 0, i32 8
  %728 = getelementptr inbounds %struct.batch, ptr %726, i64 0, i32 22
  %729 = getelementptr inbounds %struct.batch, ptr %726, i64 0, i32 4
  %730 = getelementptr inbounds %struct.batch, ptr %726, i64 0, i32 5
  br label %731

731:                                              ; preds = %795, %725
  %732 = phi ptr [ %723, %725 ], [ %796, %795 ]
  %733 = phi i64 [ 0, %725 ], [ %797, %795 ]
  %734 = load ptr, ptr %11, align 8
  %735 = getelementptr inbounds %struct.lane, ptr %734, i64 %733
  %736 = load i64, ptr %735, align 8
  %737 = icmp slt i64 %736, 0
  br i1 %737, label %795, label %738

738:                                              ; preds = %731
  %739 = load ptr, ptr %727, align 8
  %740 = load i64, ptr %728, align 8
  %741 = add nsw i64 %740, -1
  %742 = getelementptr inbounds double, ptr %739, i64 %741
  %743 = load double, ptr %742, align 8
  %744 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 5
  store double %743, ptr %744, align 8
  %745 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 7
  %746 = load i64, ptr %745, align 8
  %747 = load ptr, ptr %729, align 8
  %748 = getelementptr inbounds i64, ptr %747, i64 %736
  %749 = load i64, ptr %748, align 8
  %750 = icmp slt i64 %746, %749
  br i1 %750, label %751, label %757

751:                                              ; preds = %738
  %752 = load ptr, ptr %730, align 8
  %753 = getelementptr inbounds double, ptr %752, i64 %746
  %754 = load double, ptr %753, align 8
  %755 = fcmp olt double %743, %754
  %756 = select i1 %755, double %743, double %754
  store double %756, ptr %744, align 8
  br label %757

757:                                              ; preds = %751, %738
  %758 = phi double [ %756, %751 ], [ %743, %738 ]
  %759 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 14
  %760 = load i64, ptr %759, align 8
  %761 = icmp sgt i64 %760, 0
  br i1 %761, label %762, label %767

762:                                              ; preds = %757
  %763 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 21
  %764 = load double, ptr %763, align 8
  %765 = fcmp olt double %758, %764
  %766 = select i1 %765, double %758, double %764
  store double %766, ptr %744, align 8
  br label %767

767:                                              ; preds = %762, %757
  %768 = phi double [ %766, %762 ], [ %758, %757 ]
  %769 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 6
  store double %768, ptr %769, align 8
  %770 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 1
  %771 = load double, ptr %770, align 8
  %772 = fsub double %768, %771
  %773 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 3
  %774 = load double, ptr %773, align 8
  %775 = fmul double %774, 1.000100e+00
  %776 = fcmp ult double %775, %772
  br i1 %776, label %777, label %782

777:                                              ; preds = %767
  %778 = fmul double %774, 2.000000e+00
  %779 = fcmp ogt double %778, %772
  br i1 %779, label %780, label %782

780:                                              ; preds = %777
  %781 = fmul double %772, 5.000000e-01
  br label %782

782:                                              ; preds = %780, %777, %767
  %783 = phi double [ %781, %780 ], [ %774, %777 ], [ %772, %767 ]
  %784 = getelementptr inbounds %struct.lane, ptr %734, i64 %733, i32 2
  store double %783, ptr %784, align 8
  %785 = load ptr, ptr %12, align 8
  %786 = load ptr, ptr %10, align 8
  %787 = getelementptr inbounds %struct.kernel, ptr %786, i64 0, i32 11
  %788 = load i64, ptr %787, align 8
  %789 = getelementptr inbounds %struct.kernel, ptr %786, i64 0, i32 7
  %790 = load i64, ptr %789, align 8
  %791 = mul nsw i64 %790, %788
  %792 = add nsw i64 %791, %733
  %793 = getelementptr inbounds double, ptr %785, i64 %792
  store double %783, ptr %793, align 8
  %794 = load ptr, ptr %10, align 8
  br label %795

795:                                              ; preds = %782, %731
  %796 = phi ptr [ %732, %731 ], [ %794, %782 ]
  %797 = add nuw nsw i64 %733, 1
  %798 = getelementptr inbounds %struct.kernel, ptr %796, i64 0, i32 7
  %799 = load i64, ptr %798, align 8
  %800 = icmp slt i64 %797, %799
  br i1 %800, label %731, label %801

801:                                              ; preds = %795, %721, %630
  %802 = phi ptr [ %723, %721 ], [ %634, %630 ], [ %796, %795 ]
  %803 = getelementptr inbounds %struct.kernel, ptr %802, i64 0, i32 2
  %804 = load ptr, ptr %803, align 8
  %805 = load ptr, ptr %12, align 8
  call void %804(ptr noundef %805) #8
  %806 = add nsw i64 %47, 1
  %807 = load ptr, ptr %8, align 8
  %808 = getelementptr inbounds %struct.batch, ptr %807, i64 0, i32 8
  %809 = load ptr, ptr %808, align 8
  %810 = getelementptr inbounds %struct.batch, ptr %807, i64 0, i32 22
  %811 = load i64, ptr %810, align 8
  %812 = add nsw i64 %811, -1
  %813 = getelementptr inbounds double, ptr %809, i64 %812
  %814 = load double, ptr %813, align 8
  %815 = load double, ptr %809, align 8
  %816 = fsub double %814, %815
  %817 = fmul double %816, 0x3D06849B86A12B9B
  %818 = load ptr, ptr %10, align 8
  %819 = getelementptr inbounds %struct.kernel, ptr %818, i64 0, i32 7
  %820 = load i64, ptr %819, align 8
  %821 = icmp sgt i64 %820, 0
  br i1 %821, label %822, label %1197

822:                                              ; preds = %801
  %823 = getelementptr inbounds %struct.batch, ptr %807, i64 0, i32 12
  %824 = getelementptr inbounds %struct.batch, ptr %807, i64 0, i32 13
  %825 = getelementptr inbounds %struct.batch, ptr %807, i64 0, i32 25
  br label %826

826:                                              ; preds = %951, %822
  %827 = phi i64 [ %820, %822 ], [ %955, %951 ]
  %828 = phi ptr [ %818, %822 ], [ %953, %951 ]
  %829 = phi i64 [ 0, %822 ], [ %952, %951 ]
  %830 = load ptr, ptr %11, align 8
  %831 = getelementptr inbounds %struct.lane, ptr %830, i64 %829
  %832 = load ptr, ptr %12, align 8
  %833 = getelementptr inbounds %struct.kernel, ptr %828, i64 0, i32 13
  %834 = load i64, ptr %833, align 8
  %835 = mul nsw i64 %834, %827
  %836 = add nsw i64 %835, %829
  %837 = getelementptr inbounds double, ptr %832, i64 %836
  store double 0.000000e+00, ptr %837, align 8
  %838 = load i64, ptr %831, align 8
  %839 = icmp slt i64 %838, 0
  br i1 %839, label %951, label %840

840:                                              ; preds = %826
  %841 = load ptr, ptr %12, align 8
  %842 = load ptr, ptr %10, align 8
  %843 = getelementptr inbounds %struct.kernel, ptr %842, i64 0, i32 14
  %844 = load i64, ptr %843, align 8
  %845 = getelementptr inbounds %struct.kernel, ptr %842, i64 0, i32 7
  %846 = load i64, ptr %845, align 8
  %847 = mul nsw i64 %846, %844
  %848 = add nsw i64 %847, %829
  %849 = getelementptr inbounds double, ptr %841, i64 %848
  %850 = load double, ptr %849, align 8
  %851 = load ptr, ptr %823, align 8
  %852 = getelementptr inbounds i64, ptr %851, i64 %838
  %853 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 9
  %854 = load i64, ptr %853, align 8
  %855 = add nsw i64 %854, 1
  store i64 %855, ptr %853, align 8
  %856 = fcmp ugt double %850, 1.000000e+00
  br i1 %856, label %915, label %857

857:                                              ; preds = %840
  %858 = load ptr, ptr %12, align 8
  %859 = load ptr, ptr %10, align 8
  %860 = getelementptr inbounds %struct.kernel, ptr %859, i64 0, i32 13
  %861 = load i64, ptr %860, align 8
  %862 = getelementptr inbounds %struct.kernel, ptr %859, i64 0, i32 7
  %863 = load i64, ptr %862, align 8
  %864 = mul nsw i64 %863, %861
  %865 = add nsw i64 %864, %829
  %866 = getelementptr inbounds double, ptr %858, i64 %865
  store double 1.000000e+00, ptr %866, align 8
  %867 = fcmp ogt double %850, 1.000000e-10
  %868 = select i1 %867, double %850, double 1.000000e-10
  %869 = call double @llvm.pow.f64(double %868, double -1.600000e-01)
  %870 = fmul double %869, 9.000000e-01
  %871 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 4
  %872 = load double, ptr %871, align 8
  %873 = call double @llvm.pow.f64(double %872, double 8.000000e-02)
  %874 = fmul double %870, %873
  %875 = fcmp olt double %874, 2.000000e-01
  %876 = select i1 %875, double 2.000000e-01, double %874
  %877 = fcmp ogt double %876, 1.000000e+01
  %878 = select i1 %877, double 1.000000e+01, double %876
  %879 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 11
  %880 = load i64, ptr %879, align 8
  %881 = icmp eq i64 %880, 0
  %882 = fcmp olt double %878, 1.000000e+00
  %883 = select i1 %881, i1 true, i1 %882
  %884 = select i1 %883, double %878, double 1.000000e+00
  %885 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 2
  %886 = load double, ptr %885, align 8
  %887 = fmul double %886, %884
  %888 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 3
  %889 = load double, ptr %888, align 8
  %890 = fcmp olt double %886, %889
  br i1 %890, label %891, label %897

891:                                              ; preds = %857
  %892 = fcmp ogt double %884, 1.000000e+00
  %893 = select i1 %892, double 1.000000e+00, double %884
  %894 = fmul double %889, %893
  %895 = fcmp ogt double %887, %894
  %896 = select i1 %895, double %887, double %894
  br label %897

897:                                              ; preds = %891, %857
  %898 = phi double [ %896, %891 ], [ %887, %857 ]
  store double %898, ptr %888, align 8
  store i64 0, ptr %879, align 8
  %899 = fcmp ogt double %850, 1.000000e-04
  %900 = select i1 %899, double %850, double 1.000000e-04
  store double %900, ptr %871, align 8
  %901 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 5
  %902 = load double, ptr %901, align 8
  %903 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 1
  %904 = load double, ptr %903, align 8
  %905 = fsub double %902, %904
  %906 = fcmp une double %886, %905
  br i1 %906, label %907, label %909

907:                                              ; preds = %897
  %908 = fadd double %886, %904
  store double %908, ptr %901, align 8
  br label %909

909:                                              ; preds = %907, %897
  %910 = load ptr, ptr %824, align 8
  %911 = load i64, ptr %831, align 8
  %912 = getelementptr inbounds i64, ptr %910, i64 %911
  %913 = load i64, ptr %912, align 8
  %914 = add nsw i64 %913, 1
  store i64 %914, ptr %912, align 8
  br label %942

915:                                              ; preds = %840
  %916 = fcmp olt double %850, 1.000000e+30
  br i1 %916, label %917, label %924

917:                                              ; preds = %915
  %918 = call double @llvm.pow.f64(double %850, double -2.000000e-01)
  %919 = fmul double %918, 9.000000e-01
  %920 = fcmp olt double %919, 2.000000e-01
  %921 = select i1 %920, double 2.000000e-01, double %919
  %922 = fcmp ogt double %921, 1.000000e+00
  %923 = select i1 %922, double 1.000000e+00, double %921
  br label %924

924:                                              ; preds = %917, %915
  %925 = phi double [ %923, %917 ], [ 1.000000e-01, %915 ]
  %926 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 11
  store i64 1, ptr %926, align 8
  %927 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 2
  %928 = load double, ptr %927, align 8
  %929 = fmul double %925, %928
  %930 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 3
  store double %929, ptr %930, align 8
  %931 = getelementptr inbounds %struct.lane, ptr %830, i64 %829, i32 1
  %932 = load double, ptr %931, align 8
  %933 = fcmp olt double %932, 0.000000e+00
  %934 = fneg double %932
  %935 = select i1 %933, double %934, double %932
  %936 = fmul double %935, 0x3D06849B86A12B9B
  %937 = fcmp ogt double %817, %936
  %938 = select i1 %937, double %817, double %936
  %939 = fcmp olt double %929, %938
  br i1 %939, label %940, label %942

940:                                              ; preds = %924
  %941 = select i1 %916, i64 2, i64 3
  br label %949

942:                                              ; preds = %924, %909
  %943 = load i64, ptr %852, align 8
  %944 = icmp eq i64 %943, 0
  br i1 %944, label %945, label %951

945:                                              ; preds = %942
  %946 = load i64, ptr %853, align 8
  %947 = load i64, ptr %825, align 8
  %948 = icmp slt i64 %946, %947
  br i1 %948, label %951, label %949

949:                                              ; preds = %945, %940
  %950 = phi i64 [ %941, %940 ], [ 1, %945 ]
  store i64 %950, ptr %852, align 8
  br label %951

951:                                              ; preds = %949, %945, %942, %826
  %952 = add nuw nsw i64 %829, 1
  %953 = load ptr, ptr %10, align 8
  %954 = getelementptr inbounds %struct.kernel, ptr %953, i64 0, i32 7
  %955 = load i64, ptr %954, align 8
  %956 = icmp slt i64 %952, %955
  br i1 %956, label %826, label %957

957:                                              ; preds = %951
  %958 = load ptr, ptr %8, align 8
  %959 = icmp sgt i64 %955, 0
  br i1 %959, label %965, label %1197

960:                                              ; preds = %965
  %961 = getelementptr inbounds %struct.batch, ptr %958, i64 0, i32 22
  %962 = getelementptr inbounds %struct.batch, ptr %958, i64 0, i32 8
  %963 = getelementptr inbounds %struct.batch, ptr %958, i64 0, i32 24
  %964 = icmp sgt i64 %980, 0
  br i1 %964, label %982, label %1197

965:                                              ; preds = %957, %965
  %966 = phi i64 [ %980, %965 ], [ %955, %957 ]
  %967 = phi ptr [ %978, %965 ], [ %953, %957 ]
  %968 = phi i64 [ %977, %965 ], [ 0, %957 ]
  %969 = load ptr, ptr %12, align 8
  %970 = getelementptr inbounds %struct.kernel, ptr %967, i64 0, i32 12
  %971 = load i64, ptr %970, align 8
  %972 = mul nsw i64 %971, %966
  %973 = add nsw i64 %972, %968
  %974 = getelementptr inbounds double, ptr %969, i64 %973
  store double 0.000000e+00, ptr %974, align 8
  %975 = load ptr, ptr %11, align 8
  %976 = getelementptr inbounds %struct.lane, ptr %975, i64 %968, i32 15
  store i64 0, ptr %976, align 8
  %977 = add nuw nsw i64 %968, 1
  %978 = load ptr, ptr %10, align 8
  %979 = getelementptr inbounds %struct.kernel, ptr %978, i64 0, i32 7
  %980 = load i64, ptr %979, align 8
  %981 = icmp slt i64 %977, %980
  br i1 %981, label %965, label %960

982:                                              ; preds = %960, %1195
  %983 = phi i64 [ %1193, %1195 ], [ %980, %960 ]
  %984 = phi i32 [ %1070, %1195 ], [ 0, %960 ]
  %985 = phi ptr [ %1191, %1195 ], [ %978, %960 ]
  br label %988

986:                                              ; preds = %1061
  %987 = icmp eq i32 %1064, 0
  br i1 %987, label %1197, label %1069

988:                                              ; preds = %1061, %982
  %989 = phi ptr [ %1062, %1061 ], [ %985, %982 ]
  %990 = phi i64 [ %1067, %1061 ], [ %983, %982 ]
  %991 = phi i32 [ %1064, %1061 ], [ 0, %982 ]
  %992 = phi i64 [ %1065, %1061 ], [ 0, %982 ]
  %993 = phi i32 [ %1063, %1061 ], [ 0, %982 ]
  %994 = load ptr, ptr %11, align 8
  %995 = getelementptr inbounds %struct.lane, ptr %994, i64 %992
  %996 = load i64, ptr %995, align 8
  %997 = icmp slt i64 %996, 0
  br i1 %997, label %1061, label %998

998:                                              ; preds = %988
  %999 = load ptr, ptr %12, align 8
  %1000 = getelementptr inbounds %struct.kernel, ptr %989, i64 0, i32 13
  %1001 = load i64, ptr %1000, align 8
  %1002 = mul nsw i64 %1001, %990
  %1003 = add nsw i64 %1002, %992
  %1004 = getelementptr inbounds double, ptr %999, i64 %1003
  %1005 = load double, ptr %1004, align 8
  %1006 = fcmp oeq double %1005, 0.000000e+00
  br i1 %1006, label %1061, label %1007

1007:                                             ; preds = %998
  %1008 = getelementptr inbounds %struct.lane, ptr %994, i64 %992, i32 5
  %1009 = load double, ptr %1008, align 8
  %1010 = getelementptr inbounds %struct.lane, ptr %994, i64 %992, i32 6
  %1011 = load double, ptr %1010, align 8
  %1012 = fcmp oeq double %1009, %1011
  %1013 = getelementptr inbounds %struct.lane, ptr %994, i64 %992, i32 17
  %1014 = load double, ptr %1013, align 8
  %1015 = fadd double %1009, -1.000000e-09
  %1016 = fcmp ogt double %1014, %1015
  %1017 = select i1 %1012, i1 %1016, i1 false
  %1018 = fcmp ogt double %1014, %1009
  %1019 = select i1 %1018, double %1014, double %1009
  %1020 = select i1 %1017, double %1019, double %1014
  %1021 = load ptr, ptr %9, align 8
  %1022 = getelementptr inbounds %struct.machine, ptr %1021, i64 0, i32 29
  %1023 = load i64, ptr %1022, align 8
  %1024 = getelementptr inbounds %struct.lane, ptr %994, i64 %992, i32 8
  %1025 = load i64, ptr %1024, align 8
  %1026 = load i64, ptr %961, align 8
  %1027 = icmp slt i64 %1025, %1026
  br i1 %1027, label %1028, label %1035

1028:                                             ; preds = %1007
  %1029 = load ptr, ptr %962, align 8
  %1030 = getelementptr inbounds double, ptr %1029, i64 %1025
  %1031 = load double, ptr %1030, align 8
  %1032 = fcmp olt double %1031, %1020
  br i1 %1032, label %1033, label %1035

1033:                                             ; preds = %1028
  %1034 = load i64, ptr %963, align 8
  br label %1035

1035:                                             ; preds = %1033, %1028, %1007
  %1036 = phi double [ %1031, %1033 ], [ %1020, %1028 ], [ %1020, %1007 ]
  %1037 = phi i64 [ %1034, %1033 ], [ %1023, %1028 ], [ %1023, %1007 ]
  %1038 = fcmp olt double %1036, %1009
  br i1 %1038, label %1039, label %1046

1039:                                             ; preds = %1035
  %1040 = getelementptr inbounds %struct.lane, ptr %994, i64 %992, i32 1
  %1041 = load double, ptr %1040, align 8
  %1042 = fsub double %1036, %1041
  %1043 = getelementptr inbounds %struct.lane, ptr %994, i64 %992, i32 2
  %1044 = load double, ptr %1043, align 8
  %1045 = fdiv double %1042, %1044
  br label %1046

1046:                                             ; preds = %1039, %1035
  %1047 = phi double [ %1045, %1039 ], [ 0.000000e+00, %1035 ]
  %1048 = getelementptr inbounds %struct.kernel, ptr %989, i64 0, i32 12
  %1049 = load i64, ptr %1048, align 8
  %1050 = mul nsw i64 %1049, %990
  %1051 = add nsw i64 %1050, %992
  %1052 = getelementptr inbounds double, ptr %999, i64 %1051
  store double %1047, ptr %1052, align 8
  %1053 = load double, ptr %1008, align 8
  %1054 = fcmp olt double %1036, %1053
  %1055 = icmp ne i64 %1037, 0
  %1056 = select i1 %1054, i1 %1055, i1 false
  %1057 = zext i1 %1056 to i32
  %1058 = or i32 %993, %1057
  %1059 = select i1 %1054, i32 1, i32 %991
  %1060 = load ptr, ptr %10, align 8
  br label %1061

1061:                                             ; preds = %1046, %998, %988
  %1062 = phi ptr [ %1060, %1046 ], [ %989, %998 ], [ %989, %988 ]
  %1063 = phi i32 [ %1058, %1046 ], [ %993, %998 ], [ %993, %988 ]
  %1064 = phi i32 [ %1059, %1046 ], [ %991, %998 ], [ %991, %988 ]
  %1065 = add nuw nsw i64 %992, 1
  %1066 = getelementptr inbounds %struct.kernel, ptr %1062, i64 0, i32 7
  %1067 = load i64, ptr %1066, align 8
  %1068 = icmp slt i64 %1065, %1067
  br i1 %1068, label %988, label %986

1069:                                             ; preds = %986
  %1070 = add nuw nsw i32 %984, 1
  %1071 = icmp eq i32 %984, 0
  br i1 %1071, label %1072, label %1077

1072:                                             ; preds = %1069
  %1073 = getelementptr inbounds %struct.kernel, ptr %1062, i64 0, i32 3
  %1074 = load ptr, ptr %1073, align 8
  %1075 = load ptr, ptr %12, align 8
  call void %1074(ptr noundef %1075) #8
  %1076 = load ptr, ptr %10, align 8
  br label %1077

1077:                                             ; preds = %1072, %1069
  %1078 = phi ptr [ %1076, %1072 ], [ %1062, %1069 ]
  %1079 = getelementptr inbounds %struct.kernel, ptr %1078, i64 0, i32 4
  %1080 = load ptr, ptr %1079, align 8
  %1081 = load ptr, ptr %12, align 8
  call void %1080(ptr noundef %1081) #8
  %1082 = icmp eq i32 %1063, 0
  br i1 %1082, label %1088, label %1083

1083:                                             ; preds = %1077
  %1084 = load ptr, ptr %10, align 8
  %1085 = getelementptr inbounds %struct.kernel, ptr %1084, i64 0, i32 5
  %1086 = load ptr, ptr %1085, align 8
  %1087 = load ptr, ptr %12, align 8
  call void %1086(ptr noundef %1087) #8
  br label %1088

1088:                                             ; preds = %1083, %1077
  %1089 = load ptr, ptr %10, align 8
  %1090 = getelementptr inbounds %struct.kernel, ptr %1089, i64 0, i32 7
  %1091 = load i64, ptr %1090, align 8
  %1092 = icmp sgt i64 %1091, 0
  br i1 %1092, label %1093, label %1197

1093:                                             ; preds = %1088, %1189
  %1094 = phi i64 [ %1193, %1189 ], [ %1091, %1088 ]
  %1095 = phi ptr [ %1191, %1189 ], [ %1089, %1088 ]
  %1096 = phi i64 [ %1190, %1189 ], [ 0, %1088 ]
  %1097 = load ptr, ptr %11, align 8
  %1098 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096
  %1099 = load i64, ptr %1098, align 8
  %1100 = icmp slt i64 %1099, 0
  br i1 %1100, label %1189, label %1101

1101:                                             ; preds = %1093
  %1102 = load ptr, ptr %12, align 8
  %1103 = getelementptr inbounds %struct.kernel, ptr %1095, i64 0, i32 13
  %1104 = load i64, ptr %1103, align 8
  %1105 = mul nsw i64 %1104, %1094
  %1106 = add nsw i64 %1105, %1096
  %1107 = getelementptr inbounds double, ptr %1102, i64 %1106
  %1108 = load double, ptr %1107, align 8
  %1109 = fcmp oeq double %1108, 0.000000e+00
  br i1 %1109, label %1189, label %1110

1110:                                             ; preds = %1101
  %1111 = getelementptr inbounds %struct.kernel, ptr %1095, i64 0, i32 12
  %1112 = load i64, ptr %1111, align 8
  %1113 = mul nsw i64 %1112, %1094
  %1114 = add nsw i64 %1113, %1096
  %1115 = getelementptr inbounds double, ptr %1102, i64 %1114
  %1116 = load double, ptr %1115, align 8
  %1117 = fcmp oeq double %1116, 0.000000e+00
  br i1 %1117, label %1189, label %1118

1118:                                             ; preds = %1110
  %1119 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096, i32 5
  %1120 = load double, ptr %1119, align 8
  %1121 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096, i32 6
  %1122 = load double, ptr %1121, align 8
  %1123 = fcmp oeq double %1120, %1122
  %1124 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096, i32 17
  %1125 = load double, ptr %1124, align 8
  %1126 = fadd double %1120, -1.000000e-09
  %1127 = fcmp ogt double %1125, %1126
  %1128 = select i1 %1123, i1 %1127, i1 false
  %1129 = fcmp ogt double %1125, %1120
  %1130 = select i1 %1129, double %1125, double %1120
  %1131 = select i1 %1128, double %1130, double %1125
  %1132 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096, i32 8
  %1133 = load i64, ptr %1132, align 8
  %1134 = load i64, ptr %961, align 8
  %1135 = icmp slt i64 %1133, %1134
  br i1 %1135, label %1136, label %1174

1136:                                             ; preds = %1118
  %1137 = load ptr, ptr %962, align 8
  %1138 = getelementptr inbounds double, ptr %1137, i64 %1133
  %1139 = load double, ptr %1138, align 8
  %1140 = fcmp olt double %1139, %1131
  br i1 %1140, label %1141, label %1174

1141:                                             ; preds = %1136
  %1142 = load ptr, ptr %8, align 8
  %1143 = getelementptr inbounds %struct.batch, ptr %1142, i64 0, i32 11
  %1144 = load ptr, ptr %1143, align 8
  %1145 = getelementptr inbounds %struct.batch, ptr %1142, i64 0, i32 22
  %1146 = load i64, ptr %1145, align 8
  %1147 = mul nsw i64 %1146, %1099
  %1148 = add nsw i64 %1133, 1
  store i64 %1148, ptr %1132, align 8
  %1149 = add nsw i64 %1147, %1133
  %1150 = getelementptr inbounds %struct.batch, ptr %1142, i64 0, i32 23
  %1151 = load i64, ptr %1150, align 8
  %1152 = mul nsw i64 %1151, %1149
  %1153 = getelementptr inbounds double, ptr %1144, i64 %1152
  %1154 = icmp sgt i64 %1151, 0
  br i1 %1154, label %1155, label %1189

1155:                                             ; preds = %1141
  %1156 = getelementptr inbounds %struct.batch, ptr %1142, i64 0, i32 9
  br label %1157

1157:                                             ; preds = %1157, %1155
  %1158 = phi i64 [ 0, %1155 ], [ %1171, %1157 ]
  %1159 = load ptr, ptr %12, align 8
  %1160 = load ptr, ptr %1156, align 8
  %1161 = getelementptr inbounds i64, ptr %1160, i64 %1158
  %1162 = load i64, ptr %1161, align 8
  %1163 = load ptr, ptr %10, align 8
  %1164 = getelementptr inbounds %struct.kernel, ptr %1163, i64 0, i32 7
  %1165 = load i64, ptr %1164, align 8
  %1166 = mul nsw i64 %1165, %1162
  %1167 = add nsw i64 %1166, %1096
  %1168 = getelementptr inbounds double, ptr %1159, i64 %1167
  %1169 = load double, ptr %1168, align 8
  %1170 = getelementptr inbounds double, ptr %1153, i64 %1158
  store double %1169, ptr %1170, align 8
  %1171 = add nuw nsw i64 %1158, 1
  %1172 = load i64, ptr %1150, align 8
  %1173 = icmp slt i64 %1171, %1172
  br i1 %1173, label %1157, label %1189

1174:                                             ; preds = %1136, %1118
  %1175 = call fastcc i32 @look(ptr noundef nonnull %8, ptr noundef nonnull %1098, i64 noundef %1096)
  %1176 = icmp eq i32 %1175, 0
  br i1 %1176, label %1189, label %1177

1177:                                             ; preds = %1174
  store double %1131, ptr %1119, align 8
  %1178 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096, i32 10
  store i64 1, ptr %1178, align 8
  %1179 = getelementptr inbounds %struct.lane, ptr %1097, i64 %1096, i32 15
  store i64 1, ptr %1179, align 8
  %1180 = load ptr, ptr %12, align 8
  %1181 = load ptr, ptr %10, align 8
  %1182 = getelementptr inbounds %struct.kernel, ptr %1181, i64 0, i32 13
  %1183 = load i64, ptr %1182, align 8
  %1184 = getelementptr inbounds %struct.kernel, ptr %1181, i64 0, i32 7
  %1185 = load i64, ptr %1184, align 8
  %1186 = mul nsw i64 %1185, %1183
  %1187 = add nsw i64 %1186, %1096
  %1188 = getelementptr inbounds double, ptr %1180, i64 %1187
  store double 0.000000e+00, ptr %1188, align 8
  br label %1189

1189:                                             ; preds = %1157, %1177, %1174, %1141, %1110, %1101, %1093
  %1190 = add nuw nsw i64 %1096, 1
  %1191 = load ptr, ptr %10, align 8
  %1192 = getelementptr inbounds %struct.kernel, ptr %1191, i64 0, i32 7
  %1193 = load i64, ptr %1192, align 8
  %1194 = icmp slt i64 %1190, %1193
  br i1 %1194, label %1093, label %1195

1195:                                             ; preds = %1189
  %1196 = icmp sgt i64 %1193, 0
  br i1 %1196, label %982, label %1197

1197:                                             ; preds = %1195, %1088, %986, %960, %957, %801
  %1198 = phi ptr [ %978, %960 ], [ %953, %957 ], [ %818, %801 ], [ %1191, %1195 ], [ %1062, %986 ], [ %1089, %1088 ]
  %1199 = getelementptr inbounds %struct.kernel, ptr %1198, i64 0, i32 6
  %1200 = load ptr, ptr %1199, align 8
  %1201 = load ptr, ptr %12, align 8
  call void %1200(ptr noundef %1201) #8
  %1202 = load ptr, ptr %10, align 8
  %1203 = getelementptr inbounds %struct.kernel, ptr %1202, i64 0, i32 7
  %1204 = load i64, ptr %1203, align 8
  %1205 = icmp sgt i64 %1204, 0
  br i1 %1205, label %1206, label %1243

1206:                                             ; preds = %1197, %1236
  %1207 = phi ptr [ %1237, %1236 ], [ %1202, %1197 ]
  %1208 = phi i64 [ %1241, %1236 ], [ %1204, %1197 ]
  %1209 = phi i32 [ %1238, %1236 ], [ 0, %1197 ]
  %1210 = phi i64 [ %1239, %1236 ], [ 0, %1197 ]
  %1211 = load ptr, ptr %11, align 8
  %1212 = getelementptr inbounds %struct.lane, ptr %1211, i64 %1210
  %1213 = load i64, ptr %1212, align 8
  %1214 = icmp slt i64 %1213, 0
  br i1 %1214, label %1236, label %1215

1215:                                             ; preds = %1206
  %1216 = load ptr, ptr %12, align 8
  %1217 = getelementptr inbounds %struct.kernel, ptr %1207, i64 0, i32 13
  %1218 = load i64, ptr %1217, align 8
  %1219 = mul nsw i64 %1218, %1208
  %1220 = add nsw i64 %1219, %1210
  %1221 = getelementptr inbounds double, ptr %1216, i64 %1220
  %1222 = load double, ptr %1221, align 8
  %1223 = fcmp oeq double %1222, 0.000000e+00
  %1224 = getelementptr inbounds %struct.lane, ptr %1211, i64 %1210, i32 15
  %1225 = load i64, ptr %1224, align 8
  %1226 = icmp eq i64 %1225, 0
  %1227 = select i1 %1223, i1 %1226, i1 false
  br i1 %1227, label %1236, label %1228

1228:                                             ; preds = %1215
  %1229 = getelementptr inbounds %struct.lane, ptr %1211, i64 %1210, i32 5
  %1230 = load double, ptr %1229, align 8
  %1231 = getelementptr inbounds %struct.lane, ptr %1211, i64 %1210, i32 1
  store double %1230, ptr %1231, align 8
  %1232 = icmp ne i64 %1225, 0
  %1233 = zext i1 %1232 to i32
  %1234 = or i32 %1209, %1233
  %1235 = load ptr, ptr %10, align 8
  br label %1236

1236:                                             ; preds = %1228, %1215, %1206
  %1237 = phi ptr [ %1235, %1228 ], [ %1207, %1206 ], [ %1207, %1215 ]
  %1238 = phi i32 [ %1234, %1228 ], [ %1209, %1206 ], [ %1209, %1215 ]
  %1239 = add nuw nsw i64 %1210, 1
  %1240 = getelementptr inbounds %struct.kernel, ptr %1237, i64 0, i32 7
  %1241 = load i64, ptr %1240, align 8
  %1242 = icmp slt i64 %1239, %1241
  br i1 %1242, label %1206, label %1243

1243:                                             ; preds = %1236, %1197
  %1244 = phi i32 [ 0, %1197 ], [ %1238, %1236 ]
  store i32 0, ptr %6, align 4
  %1245 = call fastcc i64 @release(ptr noundef nonnull %8, ptr noundef nonnull %6)
  %1246 = load ptr, ptr %10, align 8
  br label %1247

1247:                                             ; preds = %1243, %617
  %1248 = phi ptr [ %1246, %1243 ], [ %613, %617 ]
  %1249 = phi i32 [ %1244, %1243 ], [ %46, %617 ]
  %1250 = phi i64 [ %806, %1243 ], [ %47, %617 ]
  call void @llvm.lifetime.end.p0(i64 4, ptr nonnull %6) #8
  br label %44

1251:                                             ; preds = %625
  call void @llvm.lifetime.end.p0(i64 4, ptr nonnull %6) #8
  call void @llvm.lifetime.end.p0(i64 40, ptr nonnull %8) #8
  call void @llvm.lifetime.end.p0(i64 25920, ptr nonnull %7) #8
  ret i64 %47

1252:                                             ; preds = %16, %1252
  %1253 = phi i64 [ 0, %16 ], [ %1267, %1252 ]
  %1254 = phi ptr [ %4, %16 ], [ %1266, %1252 ]
  %1255 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253
  store i64 -1, ptr %1255, align 8
  %1256 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 5
  store double 1.000000e+00, ptr %1256, align 8
  %1257 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 4
  store double 1.000000e+00, ptr %1257, align 8
  %1258 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 3
  store double 1.000000e+00, ptr %1258, align 8
  %1259 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 2
  store double 1.000000e+00, ptr %1259, align 8
  %1260 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 1
  store double 1.000000e+00, ptr %1260, align 8
  %1261 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 18
  store ptr %1254, ptr %1261, align 8
  %1262 = getelementptr inbounds double, ptr %1254, i64 %18
  %1263 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 19
  store ptr %1262, ptr %1263, align 8
  %1264 = getelementptr inbounds double, ptr %1262, i64 %20
  %1265 = getelementptr inbounds [8 x %struct.lane], ptr %7, i64 0, i64 %1253, i32 20
  store ptr %1264, ptr %1265, align 8
  %1266 = getelementptr inbounds double, ptr %1264, i64 %25
  %1267 = add nuw nsw i64 %1253, 1
  %1268 = icmp eq i64 %1267, %14
  br i1 %1268, label %26, label %1252
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(i64 immarg, ptr nocapture) #1

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(i64 immarg, ptr nocapture) #1

; Function Attrs: nofree norecurse nounwind
define internal fastcc i64 @release(ptr nocapture noundef readonly %0, ptr nocapture noundef %1) unnamed_addr #2 {
  %3 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 2
  %4 = load ptr, ptr %3, align 8
  %5 = getelementptr inbounds %struct.kernel, ptr %4, i64 0, i32 7
  %6 = load i64, ptr %5, align 8
  %7 = icmp sgt i64 %6, 0
  br i1 %7, label %8, label %15

8:                                                ; preds = %2
  %9 = load ptr, ptr %0, align 8
  %10 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 3
  %11 = getelementptr inbounds %struct.batch, ptr %9, i64 0, i32 12
  %12 = getelementptr inbounds %struct.batch, ptr %9, i64 0, i32 10
  %13 = getelementptr inbounds %struct.batch, ptr %9, i64 0, i32 22
  %14 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 4
  br label %17

15:                                               ; preds = %93, %2
  %16 = phi i64 [ 0, %2 ], [ %94, %93 ]
  ret i64 %16

17:                                               ; preds = %8, %93
  %18 = phi i64 [ %6, %8 ], [ %98, %93 ]
  %19 = phi ptr [ %4, %8 ], [ %96, %93 ]
  %20 = phi i64 [ 0, %8 ], [ %94, %93 ]
  %21 = phi i64 [ 0, %8 ], [ %95, %93 ]
  %22 = load ptr, ptr %10, align 8
  %23 = getelementptr inbounds %struct.lane, ptr %22, i64 %21
  %24 = load i64, ptr %23, align 8
  %25 = icmp slt i64 %24, 0
  br i1 %25, label %93, label %26

26:                                               ; preds = %17
  %27 = load ptr, ptr %11, align 8
  %28 = getelementptr inbounds i64, ptr %27, i64 %24
  %29 = load ptr, ptr %12, align 8
  %30 = getelementptr inbounds i64, ptr %29, i64 1
  %31 = load volatile i64, ptr %30, align 8
  %32 = icmp eq i64 %31, 0
  %33 = load i64, ptr %28, align 8
  %34 = icmp eq i64 %33, 0
  br i1 %32, label %41, label %35

35:                                               ; preds = %26
  br i1 %34, label %36, label %76

36:                                               ; preds = %35
  %37 = getelementptr inbounds %struct.lane, ptr %22, i64 %21, i32 8
  %38 = load i64, ptr %37, align 8
  %39 = load i64, ptr %13, align 8
  %40 = icmp slt i64 %38, %39
  br i1 %40, label %74, label %42

41:                                               ; preds = %26
  br i1 %34, label %42, label %76

42:                                               ; preds = %36, %41
  %43 = getelementptr inbounds %struct.lane, ptr %22, i64 %21, i32 10
  %44 = load i64, ptr %43, align 8
  %45 = icmp eq i64 %44, 0
  br i1 %45, label %46, label %51

46:                                               ; preds = %42
  %47 = getelementptr inbounds %struct.lane, ptr %22, i64 %21, i32 8
  %48 = load i64, ptr %47, align 8
  %49 = load i64, ptr %13, align 8
  %50 = icmp eq i64 %48, %49
  br i1 %50, label %51, label %76

51:                                               ; preds = %46, %42
  %52 = load ptr, ptr %0, align 8
  %53 = getelementptr inbounds %struct.batch, ptr %52, i64 0, i32 19
  %54 = load i64, ptr %53, align 8
  %55 = icmp sgt i64 %54, 0
  br i1 %55, label %56, label %76

56:                                               ; preds = %51
  %57 = load ptr, ptr %14, align 8
  %58 = getelementptr inbounds %struct.kernel, ptr %19, i64 0, i32 8
  %59 = load i64, ptr %58, align 8
  br label %60

60:                                               ; preds = %60, %56
  %61 = phi i64 [ 0, %56 ], [ %70, %60 ]
  %62 = phi double [ 0.000000e+00, %56 ], [ %69, %60 ]
  %63 = add nsw i64 %61, %59
  %64 = mul nsw i64 %63, %18
  %65 = add nsw i64 %64, %21
  %66 = getelementptr inbounds double, ptr %57, i64 %65
  %67 = load double, ptr %66, align 8
  %68 = fmul double %67, 0.000000e+00
  %69 = fadd double %62, %68
  %70 = add nuw nsw i64 %61, 1
  %71 = icmp eq i64 %70, %54
  br i1 %71, label %72, label %60

72:                                               ; preds = %60
  %73 = fcmp une double %69, 0.000000e+00
  br i1 %73, label %74, label %76

74:                                               ; preds = %72, %36
  %75 = phi i64 [ 5, %36 ], [ 3, %72 ]
  store i64 %75, ptr %28, align 8
  br label %76

76:                                               ; preds = %74, %51, %35, %72, %46, %41
  %77 = phi i64 [ 0, %51 ], [ %33, %35 ], [ 0, %72 ], [ 0, %46 ], [ %33, %41 ], [ 5, %74 ]
  %78 = getelementptr inbounds %struct.lane, ptr %22, i64 %21, i32 8
  %79 = load i64, ptr %78, align 8
  %80 = load i64, ptr %13, align 8
  %81 = icmp ne i64 %79, %80
  %82 = icmp eq i64 %77, 0
  %83 = select i1 %81, i1 %82, i1 false
  br i1 %83, label %85, label %84

84:                                               ; preds = %76
  store i64 -1, ptr %23, align 8
  br label %93

85:                                               ; preds = %76
  %86 = add nsw i64 %20, 1
  %87 = getelementptr inbounds %struct.lane, ptr %22, i64 %21, i32 10
  %88 = load i64, ptr %87, align 8
  %89 = icmp ne i64 %88, 0
  %90 = zext i1 %89 to i32
  %91 = load i32, ptr %1, align 4
  %92 = or i32 %91, %90
  store i32 %92, ptr %1, align 4
  br label %93

93:                                               ; preds = %84, %85, %17
  %94 = phi i64 [ %20, %17 ], [ %20, %84 ], [ %86, %85 ]
  %95 = add nuw nsw i64 %21, 1
  %96 = load ptr, ptr %3, align 8
  %97 = getelementptr inbounds %struct.kernel, ptr %96, i64 0, i32 7
  %98 = load i64, ptr %97, align 8
  %99 = icmp slt i64 %95, %98
  br i1 %99, label %17, label %15
}

; Function Attrs: mustprogress nocallback nofree nounwind willreturn memory(argmem: readwrite)
declare void @llvm.memcpy.p0.p0.i64(ptr noalias nocapture writeonly, ptr noalias nocapture readonly, i64, i1 immarg) #3

; Function Attrs: nofree nosync nounwind memory(readwrite, inaccessiblemem: none)
define internal fastcc i32 @look(ptr nocapture noundef readonly %0, ptr nocapture noundef %1, i64 noundef %2) unnamed_addr #4 {
  %4 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 1
  %5 = load ptr, ptr %4, align 8
  %6 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 17
  %7 = load double, ptr %6, align 8
  %8 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 30
  %9 = load double, ptr %8, align 8
  %10 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 13
  %11 = load i64, ptr %10, align 8
  %12 = sitofp i64 %11 to double
  %13 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 31
  %14 = load double, ptr %13, align 8
  %15 = fmul double %14, %12
  %16 = fadd double %9, %15
  %17 = fadd double %7, -1.000000e-09
  %18 = fcmp olt double %16, %17
  %19 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 26
  %20 = load i64, ptr %19, align 8
  %21 = icmp sgt i64 %20, 0
  br i1 %21, label %22, label %31

22:                                               ; preds = %3
  %23 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 1
  %24 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 25
  %25 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 12
  %26 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 16
  %27 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  br label %41

28:                                               ; preds = %60
  %29 = load i64, ptr %10, align 8
  %30 = sitofp i64 %29 to double
  br label %31

31:                                               ; preds = %28, %3
  %32 = phi double [ %30, %28 ], [ %12, %3 ]
  %33 = phi i64 [ %29, %28 ], [ %11, %3 ]
  %34 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 16
  store double %7, ptr %34, align 8
  %35 = fadd double %7, 1.000000e-09
  %36 = load double, ptr %8, align 8
  %37 = load double, ptr %13, align 8
  %38 = fmul double %37, %32
  %39 = fadd double %36, %38
  %40 = fcmp ugt double %39, %35
  br i1 %40, label %64, label %70

41:                                               ; preds = %22, %60
  %42 = phi i64 [ %20, %22 ], [ %61, %60 ]
  %43 = phi i64 [ 0, %22 ], [ %62, %60 ]
  %44 = load ptr, ptr %23, align 8
  %45 = load i64, ptr %24, align 8
  %46 = mul nsw i64 %45, %43
  %47 = load i64, ptr %25, align 8
  %48 = add nsw i64 %46, %47
  %49 = getelementptr inbounds i64, ptr %44, i64 %48
  %50 = load i64, ptr %49, align 8
  %51 = icmp eq i64 %50, 0
  br i1 %51, label %60, label %52

52:                                               ; preds = %41
  %53 = load double, ptr %26, align 8
  %54 = fsub double %7, %53
  %55 = load ptr, ptr %27, align 8
  %56 = getelementptr inbounds double, ptr %55, i64 %43
  %57 = load double, ptr %56, align 8
  %58 = fadd double %54, %57
  store double %58, ptr %56, align 8
  %59 = load i64, ptr %19, align 8
  br label %60

60:                                               ; preds = %41, %52
  %61 = phi i64 [ %42, %41 ], [ %59, %52 ]
  %62 = add nuw nsw i64 %43, 1
  %63 = icmp slt i64 %62, %61
  br i1 %63, label %41, label %28

64:                                               ; preds = %70, %31
  %65 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 24
  br i1 %18, label %66, label %79

66:                                               ; preds = %64
  %67 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  %68 = load i64, ptr %65, align 8
  %69 = icmp sgt i64 %68, 0
  br i1 %69, label %88, label %79

70:                                               ; preds = %31, %70
  %71 = phi i64 [ %72, %70 ], [ %33, %31 ]
  %72 = add nsw i64 %71, 1
  store i64 %72, ptr %10, align 8
  %73 = load double, ptr %8, align 8
  %74 = sitofp i64 %72 to double
  %75 = load double, ptr %13, align 8
  %76 = fmul double %75, %74
  %77 = fadd double %73, %76
  %78 = fcmp ugt double %77, %35
  br i1 %78, label %64, label %70

79:                                               ; preds = %88, %66, %64
  %80 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 27
  %81 = load i64, ptr %80, align 8
  %82 = icmp sgt i64 %81, 0
  br i1 %82, label %83, label %95

83:                                               ; preds = %79
  %84 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 4
  %85 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 23
  %86 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 2
  %87 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20
  br label %330

88:                                               ; preds = %66, %88
  %89 = phi i64 [ %92, %88 ], [ 0, %66 ]
  %90 = load ptr, ptr %67, align 8
  %91 = getelementptr inbounds double, ptr %90, i64 %89
  store double 1.000000e+300, ptr %91, align 8
  %92 = add nuw nsw i64 %89, 1
  %93 = load i64, ptr %65, align 8
  %94 = icmp slt i64 %92, %93
  br i1 %94, label %88, label %79

95:                                               ; preds = %330, %79
  %96 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 28
  %97 = load i64, ptr %96, align 8
  %98 = icmp sgt i64 %97, 0
  br i1 %98, label %99, label %193

99:                                               ; preds = %95
  %100 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 2
  %101 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20
  %102 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 3
  %103 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 4
  %104 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 5
  %105 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 32
  %106 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 7
  %107 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 6
  br label %108

108:                                              ; preds = %185, %99
  %109 = phi i32 [ 0, %99 ], [ %186, %185 ]
  %110 = phi i64 [ 0, %99 ], [ %114, %185 ]
  %111 = load ptr, ptr %100, align 8
  %112 = getelementptr inbounds i64, ptr %111, i64 %110
  %113 = load i64, ptr %112, align 8
  %114 = add nuw nsw i64 %110, 1
  %115 = getelementptr inbounds i64, ptr %111, i64 %114
  %116 = load i64, ptr %115, align 8
  %117 = icmp slt i64 %113, %116
  %118 = load ptr, ptr %101, align 8
  br i1 %117, label %119, label %175

119:                                              ; preds = %108
  %120 = load ptr, ptr %102, align 8
  %121 = load ptr, ptr %103, align 8
  %122 = getelementptr inbounds i64, ptr %121, i64 %113
  %123 = load i64, ptr %122, align 8
  br label %126

124:                                              ; preds = %146
  %125 = icmp eq i32 %138, 0
  br i1 %125, label %175, label %185

126:                                              ; preds = %146, %119
  %127 = phi i64 [ %123, %119 ], [ %141, %146 ]
  %128 = phi i32 [ %109, %119 ], [ %147, %146 ]
  %129 = phi i64 [ %113, %119 ], [ %139, %146 ]
  %130 = phi i32 [ 0, %119 ], [ %138, %146 ]
  %131 = phi i64 [ 0, %119 ], [ %152, %146 ]
  %132 = getelementptr inbounds i64, ptr %120, i64 %129
  %133 = load i64, ptr %132, align 8
  %134 = getelementptr inbounds double, ptr %118, i64 %133
  %135 = load double, ptr %134, align 8
  %136 = fcmp uno double %135, 0.000000e+00
  %137 = zext i1 %136 to i32
  %138 = or i32 %130, %137
  %139 = add nsw i64 %129, 1
  %140 = getelementptr inbounds i64, ptr %121, i64 %139
  %141 = load i64, ptr %140, align 8
  %142 = icmp slt i64 %127, %141
  br i1 %142, label %143, label %146

143:                                              ; preds = %126
  %144 = load ptr, ptr %104, align 8
  %145 = load double, ptr %105, align 8
  br label %154

146:                                              ; preds = %154, %126
  %147 = phi i32 [ %128, %126 ], [ %172, %154 ]
  %148 = phi i64 [ 0, %126 ], [ %162, %154 ]
  %149 = sub i64 1, %127
  %150 = add i64 %149, %141
  %151 = mul nsw i64 %150, %131
  %152 = add nsw i64 %148, %151
  %153 = icmp eq i64 %139, %116
  br i1 %153, label %124, label %126

154:                                              ; preds = %154, %143
  %155 = phi i64 [ %127, %143 ], [ %173, %154 ]
  %156 = phi i64 [ 0, %143 ], [ %162, %154 ]
  %157 = phi i32 [ %128, %143 ], [ %172, %154 ]
  %158 = getelementptr inbounds double, ptr %144, i64 %155
  %159 = load double, ptr %158, align 8
  %160 = fcmp oge double %135, %159
  %161 = zext i1 %160 to i64
  %162 = add nuw nsw i64 %156, %161
  %163 = fsub double %135, %159
  %164 = fcmp olt double %163, 0.000000e+00
  %165 = fneg double %163
  %166 = select i1 %164, double %165, double %163
  %167 = fcmp olt double %159, 0.000000e+00
  %168 = fneg double %159
  %169 = select i1 %167, double %168, double %159
  %170 = fmul double %145, %169
  %171 = fcmp ugt double %166, %170
  %172 = select i1 %171, i32 %157, i32 1
  %173 = add nsw i64 %155, 1
  %174 = icmp eq i64 %173, %141
  br i1 %174, label %146, label %154

175:                                              ; preds = %108, %124
  %176 = phi i32 [ %147, %124 ], [ %109, %108 ]
  %177 = phi i64 [ %152, %124 ], [ 0, %108 ]
  %178 = load ptr, ptr %106, align 8
  %179 = load ptr, ptr %107, align 8
  %180 = getelementptr inbounds i64, ptr %179, i64 %110
  %181 = load i64, ptr %180, align 8
  %182 = add nsw i64 %181, %177
  %183 = getelementptr inbounds double, ptr %178, i64 %182
  %184 = load double, ptr %183, align 8
  br label %185

185:                                              ; preds = %175, %124
  %186 = phi i32 [ %176, %175 ], [ %147, %124 ]
  %187 = phi double [ %184, %175 ], [ 0x7FF8000000000000, %124 ]
  %188 = load i64, ptr %80, align 8
  %189 = add nsw i64 %188, %110
  %190 = getelementptr inbounds double, ptr %118, i64 %189
  store double %187, ptr %190, align 8
  %191 = load i64, ptr %96, align 8
  %192 = icmp slt i64 %114, %191
  br i1 %192, label %108, label %193

193:                                              ; preds = %185, %95
  %194 = phi i32 [ 0, %95 ], [ %186, %185 ]
  %195 = load i64, ptr %65, align 8
  %196 = icmp sgt i64 %195, 0
  br i1 %196, label %197, label %348

197:                                              ; preds = %193
  %198 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 10
  %199 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 12
  %200 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 13
  %201 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 14
  %202 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 17
  %203 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20
  %204 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 15
  %205 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  %206 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 32
  %207 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 16
  %208 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  br label %209

209:                                              ; preds = %304, %197
  %210 = phi i64 [ 0, %197 ], [ %305, %304 ]
  %211 = phi i32 [ 0, %197 ], [ %306, %304 ]
  %212 = load ptr, ptr %198, align 8
  %213 = getelementptr inbounds double, ptr %212, i64 %210
  %214 = load double, ptr %213, align 8
  %215 = fcmp oeq double %214, 0.000000e+00
  br i1 %215, label %216, label %218

216:                                              ; preds = %209
  %217 = add nuw nsw i64 %210, 1
  br label %304

218:                                              ; preds = %209
  %219 = load ptr, ptr %199, align 8
  %220 = getelementptr inbounds i64, ptr %219, i64 %210
  %221 = load i64, ptr %220, align 8
  %222 = add nuw nsw i64 %210, 1
  %223 = getelementptr inbounds i64, ptr %219, i64 %222
  %224 = load i64, ptr %223, align 8
  %225 = icmp slt i64 %221, %224
  br i1 %225, label %226, label %296

226:                                              ; preds = %218
  %227 = load ptr, ptr %200, align 8
  br label %230

228:                                              ; preds = %288
  %229 = icmp eq i32 %290, 0
  br i1 %229, label %293, label %296

230:                                              ; preds = %288, %226
  %231 = phi i64 [ %221, %226 ], [ %291, %288 ]
  %232 = phi i32 [ 1, %226 ], [ %290, %288 ]
  %233 = phi i32 [ %211, %226 ], [ %289, %288 ]
  %234 = getelementptr inbounds i64, ptr %227, i64 %231
  %235 = load i64, ptr %234, align 8
  %236 = icmp sgt i64 %235, -1
  br i1 %236, label %237, label %288

237:                                              ; preds = %230
  %238 = load ptr, ptr %201, align 8
  %239 = getelementptr inbounds i64, ptr %238, i64 %231
  %240 = load i64, ptr %239, align 8
  %241 = load ptr, ptr %202, align 8
  %242 = getelementptr inbounds double, ptr %241, i64 %231
  %243 = load double, ptr %242, align 8
  %244 = load ptr, ptr %203, align 8
  %245 = getelementptr inbounds double, ptr %244, i64 %235
  %246 = load double, ptr %245, align 8
  %247 = icmp sgt i64 %240, -1
  br i1 %247, label %248, label %257

248:                                              ; preds = %237
  %249 = load ptr, ptr %204, align 8
  %250 = getelementptr inbounds double, ptr %249, i64 %231
  %251 = load double, ptr %250, align 8
  %252 = load ptr, ptr %205, align 8
  %253 = getelementptr inbounds double, ptr %252, i64 %240
  %254 = load double, ptr %253, align 8
  %255 = fmul double %251, %254
  %256 = fadd double %246, %255
  br label %257

257:                                              ; preds = %248, %237
  %258 = phi double [ %256, %248 ], [ %246, %237 ]
  %259 = load i64, ptr %80, align 8
  %260 = icmp slt i64 %235, %259
  br i1 %260, label %261, label %278

261:                                              ; preds = %257
  %262 = fsub double %258, %243
  %263 = fcmp olt double %262, 0.000000e+00
  %264 = fneg double %262
  %265 = select i1 %263, double %264, double %262
  %266 = load double, ptr %206, align 8
  %267 = fcmp olt double %243, 0.000000e+00
  %268 = fneg double %243
  %269 = select i1 %267, double %268, double %243
  %270 = fcmp olt double %246, 0.000000e+00
  %271 = fneg double %246
  %272 = select i1 %270, double %271, double %246
  %273 = fcmp ogt double %269, %272
  %274 = select i1 %273, double %269, double %272
  %275 = fmul double %274, %266
  %276 = fcmp ugt double %265, %275
  br i1 %276, label %278, label %277

277:                                              ; preds = %261
  br label %278

278:                                              ; preds = %277, %261, %257
  %279 = phi i32 [ %233, %261 ], [ 1, %277 ], [ %233, %257 ]
  %280 = load ptr, ptr %207, align 8
  %281 = getelementptr inbounds i64, ptr %280, i64 %231
  %282 = load i64, ptr %281, align 8
  %283 = icmp eq i64 %282, 0
  %284 = fcmp ult double %258, %243
  %285 = fcmp uge double %258, %243
  %286 = select i1 %283, i1 %285, i1 %284
  %287 = select i1 %286, i32 0, i32 %232
  br label %288

288:                                              ; preds = %278, %230
  %289 = phi i32 [ %279, %278 ], [ %233, %230 ]
  %290 = phi i32 [ %287, %278 ], [ %232, %230 ]
  %291 = add nsw i64 %231, 1
  %292 = icmp eq i64 %291, %224
  br i1 %292, label %228, label %230

293:                                              ; preds = %228
  %294 = load ptr, ptr %208, align 8
  %295 = getelementptr inbounds double, ptr %294, i64 %210
  store double 1.000000e+300, ptr %295, align 8
  br label %304

296:                                              ; preds = %228, %218
  %297 = phi i32 [ %289, %228 ], [ %211, %218 ]
  %298 = load ptr, ptr %208, align 8
  %299 = getelementptr inbounds double, ptr %298, i64 %210
  %300 = load double, ptr %299, align 8
  %301 = fcmp oeq double %300, 1.000000e+300
  br i1 %301, label %302, label %304

302:                                              ; preds = %296
  %303 = load double, ptr %34, align 8
  store double %303, ptr %299, align 8
  br label %304

304:                                              ; preds = %302, %296, %293, %216
  %305 = phi i64 [ %217, %216 ], [ %222, %293 ], [ %222, %302 ], [ %222, %296 ]
  %306 = phi i32 [ %211, %216 ], [ %289, %293 ], [ %297, %302 ], [ %297, %296 ]
  %307 = load i64, ptr %65, align 8
  %308 = icmp slt i64 %305, %307
  br i1 %308, label %209, label %309

309:                                              ; preds = %304
  %310 = or i32 %306, %194
  %311 = icmp sgt i64 %307, 0
  br i1 %311, label %312, label %348

312:                                              ; preds = %309
  %313 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 8
  %314 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 25
  %315 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 12
  %316 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 10
  %317 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 19
  %318 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 12
  %319 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 13
  %320 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 14
  %321 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 17
  %322 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 20
  %323 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 15
  %324 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  %325 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 32
  %326 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 16
  %327 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 4
  %328 = getelementptr inbounds %struct.context, ptr %0, i64 0, i32 2
  %329 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 14
  br label %522

330:                                              ; preds = %83, %330
  %331 = phi i64 [ 0, %83 ], [ %345, %330 ]
  %332 = load ptr, ptr %84, align 8
  %333 = load ptr, ptr %85, align 8
  %334 = getelementptr inbounds i64, ptr %333, i64 %331
  %335 = load i64, ptr %334, align 8
  %336 = load ptr, ptr %86, align 8
  %337 = getelementptr inbounds %struct.kernel, ptr %336, i64 0, i32 7
  %338 = load i64, ptr %337, align 8
  %339 = mul nsw i64 %338, %335
  %340 = add nsw i64 %339, %2
  %341 = getelementptr inbounds double, ptr %332, i64 %340
  %342 = load double, ptr %341, align 8
  %343 = load ptr, ptr %87, align 8
  %344 = getelementptr inbounds double, ptr %343, i64 %331
  store double %342, ptr %344, align 8
  %345 = add nuw nsw i64 %331, 1
  %346 = load i64, ptr %80, align 8
  %347 = icmp slt i64 %345, %346
  br i1 %347, label %330, label %95

348:                                              ; preds = %853, %193, %309
  %349 = phi i32 [ %310, %309 ], [ %194, %193 ], [ %854, %853 ]
  %350 = phi i32 [ 0, %309 ], [ 0, %193 ], [ %855, %853 ]
  %351 = zext i32 %349 to i64
  %352 = load ptr, ptr %0, align 8
  %353 = getelementptr inbounds %struct.batch, ptr %352, i64 0, i32 15
  %354 = load ptr, ptr %353, align 8
  %355 = load i64, ptr %1, align 8
  %356 = getelementptr inbounds i64, ptr %354, i64 %355
  %357 = load i64, ptr %356, align 8
  %358 = add nsw i64 %357, %351
  store i64 %358, ptr %356, align 8
  store double 1.000000e+300, ptr %6, align 8
  %359 = load i64, ptr %65, align 8
  %360 = icmp sgt i64 %359, 0
  br i1 %360, label %361, label %521

361:                                              ; preds = %348
  %362 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 8
  %363 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 25
  %364 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 12
  %365 = load i64, ptr %364, align 8
  %366 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 10
  %367 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 12
  %368 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 13
  %369 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 14
  %370 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 15
  %371 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 18
  %372 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 16
  %373 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 17
  %374 = getelementptr inbounds %struct.machine, ptr %5, i64 0, i32 1
  br label %375

375:                                              ; preds = %516, %361
  %376 = phi i64 [ %359, %361 ], [ %518, %516 ]
  %377 = phi double [ 1.000000e+300, %361 ], [ %519, %516 ]
  %378 = phi i64 [ 0, %361 ], [ %517, %516 ]
  %379 = load ptr, ptr %362, align 8
  %380 = load i64, ptr %363, align 8
  %381 = mul nsw i64 %380, %378
  %382 = add nsw i64 %381, %365
  %383 = getelementptr inbounds i64, ptr %379, i64 %382
  %384 = load i64, ptr %383, align 8
  %385 = icmp eq i64 %384, 0
  %386 = load ptr, ptr %366, align 8
  %387 = getelementptr inbounds double, ptr %386, i64 %378
  %388 = load double, ptr %387, align 8
  %389 = fcmp ogt double %388, 0.000000e+00
  br i1 %385, label %390, label %392

390:                                              ; preds = %375
  %391 = add nuw nsw i64 %378, 1
  br label %516

392:                                              ; preds = %375
  %393 = load ptr, ptr %367, align 8
  %394 = getelementptr inbounds i64, ptr %393, i64 %378
  %395 = load i64, ptr %394, align 8
  %396 = zext i1 %389 to i32
  %397 = add nuw nsw i64 %378, 1
  %398 = getelementptr inbounds i64, ptr %393, i64 %397
  %399 = load i64, ptr %398, align 8
  br label %400

400:                                              ; preds = %465, %392
  %401 = phi i64 [ %395, %392 ], [ %469, %465 ]
  %402 = phi i32 [ %396, %392 ], [ %468, %465 ]
  %403 = phi double [ 0.000000e+00, %392 ], [ %466, %465 ]
  %404 = icmp slt i64 %401, %399
  br i1 %404, label %405, label %471

405:                                              ; preds = %400
  %406 = load ptr, ptr %368, align 8
  %407 = getelementptr inbounds i64, ptr %406, i64 %401
  %408 = load i64, ptr %407, align 8
  %409 = icmp sgt i64 %408, -1
  br i1 %409, label %465, label %410

410:                                              ; preds = %405
  %411 = load ptr, ptr %369, align 8
  %412 = getelementptr inbounds i64, ptr %411, i64 %401
  %413 = load i64, ptr %412, align 8
  %414 = load ptr, ptr %370, align 8
  %415 = getelementptr inbounds double, ptr %414, i64 %401
  %416 = load double, ptr %415, align 8
  %417 = icmp sgt i64 %413, -1
  br i1 %417, label %418, label %423

418:                                              ; preds = %410
  %419 = load ptr, ptr %371, align 8
  %420 = getelementptr inbounds double, ptr %419, i64 %413
  %421 = load double, ptr %420, align 8
  %422 = fmul double %416, %421
  br label %423

423:                                              ; preds = %418, %410
  %424 = phi double [ %422, %418 ], [ 0.000000e+00, %410 ]
  %425 = load ptr, ptr %372, align 8
  %426 = getelementptr inbounds i64, ptr %425, i64 %401
  %427 = load i64, ptr %426, align 8
  %428 = icmp eq i64 %427, 0
  %429 = load ptr, ptr %373, align 8
  %430 = getelementptr inbounds double, ptr %429, i64 %401
  %431 = load double, ptr %430, align 8
  %432 = fadd double %431, -1.000000e-09
  br i1 %428, label %435, label %433

433:                                              ; preds = %423
  %434 = fcmp ult double %424, %432
  br i1 %434, label %437, label %461

435:                                              ; preds = %423
  %436 = fcmp olt double %424, %432
  br i1 %436, label %461, label %437

437:                                              ; preds = %435, %433
  %438 = icmp slt i64 %413, 0
  br i1 %438, label %461, label %439

439:                                              ; preds = %437
  %440 = load ptr, ptr %374, align 8
  %441 = mul nsw i64 %413, %380
  %442 = add nsw i64 %441, %365
  %443 = getelementptr inbounds i64, ptr %440, i64 %442
  %444 = load i64, ptr %443, align 8
  %445 = icmp eq i64 %444, 0
  br i1 %445, label %461, label %446

446:                                              ; preds = %439
  %447 = icmp ne i64 %427, 0
  %448 = fcmp ogt double %416, 0.000000e+00
  %449 = select i1 %447, i1 %448, i1 false
  br i1 %449, label %450, label %459

450:                                              ; preds = %446
  %451 = fdiv double %431, %416
  %452 = load ptr, ptr %371, align 8
  %453 = getelementptr inbounds double, ptr %452, i64 %413
  %454 = load double, ptr %453, align 8
  %455 = fsub double %451, %454
  %456 = fcmp ogt double %403, %455
  %457 = select i1 %456, double %403, double %455
  %458 = fcmp olt double %455, 1.000000e+09
  br label %461

459:                                              ; preds = %446
  %460 = fcmp olt double %416, 0.000000e+00
  br label %461

461:                                              ; preds = %459, %450, %439, %437, %435, %433
  %462 = phi double [ %403, %435 ], [ %403, %437 ], [ %403, %439 ], [ %457, %450 ], [ %403, %459 ], [ %403, %433 ]
  %463 = phi i1 [ true, %435 ], [ false, %437 ], [ false, %439 ], [ %458, %450 ], [ %460, %459 ], [ true, %433 ]
  %464 = zext i1 %463 to i32
  br label %465

465:                                              ; preds = %461, %405
  %466 = phi double [ %403, %405 ], [ %462, %461 ]
  %467 = phi i32 [ 1, %405 ], [ %464, %461 ]
  %468 = phi i32 [ 1, %405 ], [ %402, %461 ]
  %469 = add nsw i64 %401, 1
  %470 = icmp eq i32 %467, 0
  br i1 %470, label %516, label %400

471:                                              ; preds = %400
  %472 = load double, ptr %34, align 8
  %473 = load i64, ptr %10, align 8
  br i1 %389, label %474, label %476

474:                                              ; preds = %471
  %475 = fadd double %472, 0.000000e+00
  br label %493

476:                                              ; preds = %471
  %477 = fadd double %403, %472
  %478 = fcmp ogt double %403, 1.000000e-09
  br i1 %478, label %479, label %493

479:                                              ; preds = %476
  %480 = fadd double %477, -1.000000e-09
  %481 = load double, ptr %8, align 8
  %482 = fsub double %480, %481
  %483 = load double, ptr %13, align 8
  %484 = fdiv double %482, %483
  %485 = fptosi double %484 to i64
  %486 = sitofp i64 %485 to double
  %487 = fmul double %483, %486
  %488 = fadd double %481, %487
  %489 = fcmp olt double %488, %480
  %490 = zext i1 %489 to i64
  %491 = add nsw i64 %490, %485
  %492 = tail call i64 @llvm.smax.i64(i64 %491, i64 %473)
  br label %493

493:                                              ; preds = %479, %476, %474
  %494 = phi double [ %477, %479 ], [ %477, %476 ], [ %475, %474 ]
  %495 = phi double [ %403, %479 ], [ %403, %476 ], [ 0.000000e+00, %474 ]
  %496 = phi i64 [ %492, %479 ], [ %473, %476 ], [ %473, %474 ]
  %497 = load double, ptr %8, align 8
  %498 = sitofp i64 %496 to double
  %499 = load double, ptr %13, align 8
  %500 = fmul double %499, %498
  %501 = fadd double %497, %500
  %502 = icmp ne i32 %402, 0
  %503 = fcmp ole double %495, 1.000000e-09
  %504 = select i1 %502, i1 true, i1 %503
  br i1 %504, label %511, label %505

505:                                              ; preds = %493
  %506 = fcmp ule double %494, %472
  %507 = fadd double %501, -1.000000e-09
  %508 = fcmp ogt double %494, %507
  %509 = select i1 %506, i1 true, i1 %508
  br i1 %509, label %511, label %510

510:                                              ; preds = %505
  br label %511

511:                                              ; preds = %510, %505, %493
  %512 = phi double [ %494, %510 ], [ %501, %505 ], [ %501, %493 ]
  %513 = fcmp olt double %377, %512
  %514 = select i1 %513, double %377, double %512
  store double %514, ptr %6, align 8
  %515 = load i64, ptr %65, align 8
  br label %516

516:                                              ; preds = %465, %511, %390
  %517 = phi i64 [ %391, %390 ], [ %397, %511 ], [ %397, %465 ]
  %518 = phi i64 [ %376, %390 ], [ %515, %511 ], [ %376, %465 ]
  %519 = phi double [ %377, %390 ], [ %514, %511 ], [ %377, %465 ]
  %520 = icmp slt i64 %517, %518
  br i1 %520, label %375, label %521

521:                                              ; preds = %516, %348
  ret i32 %350

522:                                              ; preds = %312, %853
  %523 = phi i64 [ 0, %312 ], [ %856, %853 ]
  %524 = phi i32 [ 0, %312 ], [ %855, %853 ]
  %525 = phi i32 [ %310, %312 ], [ %854, %853 ]
  %526 = load ptr, ptr %313, align 8
  %527 = load i64, ptr %314, align 8
  %528 = mul nsw i64 %527, %523
  %529 = load i64, ptr %315, align 8
  %530 = add nsw i64 %528, %529
  %531 = getelementptr inbounds i64, ptr %526, i64 %530
  %532 = load i64, ptr %531, align 8
  %533 = icmp eq i64 %532, 0
  br i1 %533, label %853, label %534

534:                                              ; preds = %522
  %535 = load ptr, ptr %316, align 8
  %536 = getelementptr inbounds double, ptr %535, i64 %523
  %537 = load double, ptr %536, align 8
  %538 = fcmp ogt double %537, 0.000000e+00
  br i1 %538, label %539, label %547

539:                                              ; preds = %534
  %540 = load double, ptr %34, align 8
  %541 = load ptr, ptr %317, align 8
  %542 = getelementptr inbounds double, ptr %541, i64 %523
  %543 = load double, ptr %542, align 8
  %544 = fsub double %540, %543
  %545 = fadd double %537, -1.000000e-09
  %546 = fcmp olt double %544, %545
  br i1 %546, label %853, label %547

547:                                              ; preds = %539, %534
  %548 = load ptr, ptr %318, align 8
  %549 = getelementptr inbounds i64, ptr %548, i64 %523
  %550 = load i64, ptr %549, align 8
  %551 = add nuw nsw i64 %523, 1
  %552 = getelementptr inbounds i64, ptr %548, i64 %551
  %553 = load i64, ptr %552, align 8
  %554 = icmp slt i64 %550, %553
  br i1 %554, label %555, label %626

555:                                              ; preds = %547
  %556 = load ptr, ptr %319, align 8
  %557 = load ptr, ptr %320, align 8
  %558 = load ptr, ptr %321, align 8
  %559 = load ptr, ptr %326, align 8
  br label %560

560:                                              ; preds = %613, %555
  %561 = phi i32 [ %525, %555 ], [ %614, %613 ]
  %562 = phi i64 [ %550, %555 ], [ %622, %613 ]
  %563 = getelementptr inbounds i64, ptr %556, i64 %562
  %564 = load i64, ptr %563, align 8
  %565 = getelementptr inbounds i64, ptr %557, i64 %562
  %566 = load i64, ptr %565, align 8
  %567 = getelementptr inbounds double, ptr %558, i64 %562
  %568 = load double, ptr %567, align 8
  %569 = icmp sgt i64 %564, -1
  br i1 %569, label %570, label %574

570:                                              ; preds = %560
  %571 = load ptr, ptr %322, align 8
  %572 = getelementptr inbounds double, ptr %571, i64 %564
  %573 = load double, ptr %572, align 8
  br label %574

574:                                              ; preds = %570, %560
  %575 = phi double [ %573, %570 ], [ 0.000000e+00, %560 ]
  %576 = icmp sgt i64 %566, -1
  br i1 %576, label %577, label %586

577:                                              ; preds = %574
  %578 = load ptr, ptr %323, align 8
  %579 = getelementptr inbounds double, ptr %578, i64 %562
  %580 = load double, ptr %579, align 8
  %581 = load ptr, ptr %324, align 8
  %582 = getelementptr inbounds double, ptr %581, i64 %566
  %583 = load double, ptr %582, align 8
  %584 = fmul double %580, %583
  %585 = fadd double %575, %584
  br label %586

586:                                              ; preds = %577, %574
  %587 = phi double [ %585, %577 ], [ %575, %574 ]
  br i1 %569, label %588, label %611

588:                                              ; preds = %586
  %589 = load i64, ptr %80, align 8
  %590 = icmp slt i64 %564, %589
  br i1 %590, label %591, label %613

591:                                              ; preds = %588
  %592 = fsub double %587, %568
  %593 = fcmp olt double %592, 0.000000e+00
  %594 = fneg double %592
  %595 = select i1 %593, double %594, double %592
  %596 = load double, ptr %325, align 8
  %597 = fcmp olt double %568, 0.000000e+00
  %598 = fneg double %568
  %599 = select i1 %597, double %598, double %568
  %600 = load ptr, ptr %322, align 8
  %601 = getelementptr inbounds double, ptr %600, i64 %564
  %602 = load double, ptr %601, align 8
  %603 = fcmp olt double %602, 0.000000e+00
  %604 = fneg double %602
  %605 = select i1 %603, double %604, double %602
  %606 = fcmp ogt double %599, %605
  %607 = select i1 %606, double %599, double %605
  %608 = fmul double %596, %607
  %609 = fcmp ugt double %595, %608
  br i1 %609, label %613, label %610

610:                                              ; preds = %591
  br label %613

611:                                              ; preds = %586
  %612 = fadd double %568, -1.000000e-09
  br label %613

613:                                              ; preds = %611, %610, %591, %588
  %614 = phi i32 [ %561, %591 ], [ 1, %610 ], [ %561, %588 ], [ %561, %611 ]
  %615 = phi double [ %568, %591 ], [ %568, %610 ], [ %568, %588 ], [ %612, %611 ]
  %616 = getelementptr inbounds i64, ptr %559, i64 %562
  %617 = load i64, ptr %616, align 8
  %618 = icmp eq i64 %617, 0
  %619 = fcmp ult double %587, %615
  %620 = fcmp uge double %587, %615
  %621 = select i1 %618, i1 %620, i1 %619
  %622 = add nsw i64 %562, 1
  %623 = icmp sge i64 %622, %553
  %624 = select i1 %621, i1 true, i1 %623
  br i1 %624, label %625, label %560

625:                                              ; preds = %613
  br i1 %621, label %853, label %626

626:                                              ; preds = %547, %625
  %627 = phi i32 [ %614, %625 ], [ %525, %547 ]
  %628 = icmp eq i32 %524, 0
  br i1 %628, label %629, label %634

629:                                              ; preds = %626
  %630 = load ptr, ptr %0, align 8
  %631 = getelementptr inbounds %struct.batch, ptr %630, i64 0, i32 19
  %632 = load i64, ptr %631, align 8
  %633 = icmp sgt i64 %632, 0
  br i1 %633, label %829, label %634

634:                                              ; preds = %829, %629, %626
  %635 = load ptr, ptr %0, align 8
  %636 = load ptr, ptr %4, align 8
  %637 = load i64, ptr %1, align 8
  %638 = getelementptr inbounds %struct.batch, ptr %635, i64 0, i32 14
  %639 = load ptr, ptr %638, align 8
  %640 = getelementptr inbounds i64, ptr %639, i64 %637
  %641 = load i64, ptr %640, align 8
  %642 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 11
  %643 = load ptr, ptr %642, align 8
  %644 = getelementptr inbounds i64, ptr %643, i64 %523
  %645 = load i64, ptr %644, align 8
  %646 = icmp eq i64 %645, 0
  br i1 %646, label %647, label %670

647:                                              ; preds = %634
  %648 = add nsw i64 %641, 1
  store i64 %648, ptr %640, align 8
  %649 = load ptr, ptr %642, align 8
  %650 = getelementptr inbounds i64, ptr %649, i64 %523
  %651 = load i64, ptr %650, align 8
  %652 = icmp eq i64 %651, 0
  br i1 %652, label %653, label %670

653:                                              ; preds = %647
  %654 = getelementptr inbounds %struct.batch, ptr %635, i64 0, i32 26
  %655 = load i64, ptr %654, align 8
  %656 = icmp slt i64 %641, %655
  br i1 %656, label %657, label %670

657:                                              ; preds = %653
  %658 = load double, ptr %34, align 8
  %659 = getelementptr inbounds %struct.batch, ptr %635, i64 0, i32 16
  %660 = load ptr, ptr %659, align 8
  %661 = mul nsw i64 %655, %637
  %662 = add nsw i64 %661, %641
  %663 = getelementptr inbounds double, ptr %660, i64 %662
  store double %658, ptr %663, align 8
  %664 = getelementptr inbounds %struct.batch, ptr %635, i64 0, i32 17
  %665 = load ptr, ptr %664, align 8
  %666 = load i64, ptr %654, align 8
  %667 = mul nsw i64 %666, %637
  %668 = add nsw i64 %667, %641
  %669 = getelementptr inbounds i64, ptr %665, i64 %668
  store i64 %523, ptr %669, align 8
  br label %670

670:                                              ; preds = %657, %653, %647, %634
  %671 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 9
  %672 = load ptr, ptr %671, align 8
  %673 = getelementptr inbounds i64, ptr %672, i64 %523
  %674 = load i64, ptr %673, align 8
  %675 = icmp sgt i64 %674, -1
  br i1 %675, label %676, label %677

676:                                              ; preds = %670
  store i64 %674, ptr %315, align 8
  br label %677

677:                                              ; preds = %676, %670
  %678 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 18
  %679 = load ptr, ptr %678, align 8
  %680 = getelementptr inbounds i64, ptr %679, i64 %523
  %681 = load i64, ptr %680, align 8
  %682 = getelementptr inbounds i64, ptr %679, i64 %551
  %683 = load i64, ptr %682, align 8
  %684 = icmp slt i64 %681, %683
  br i1 %684, label %685, label %853

685:                                              ; preds = %677
  %686 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 19
  %687 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 20
  %688 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 21
  %689 = getelementptr inbounds %struct.machine, ptr %636, i64 0, i32 22
  %690 = getelementptr inbounds %struct.batch, ptr %635, i64 0, i32 12
  br label %691

691:                                              ; preds = %823, %685
  %692 = phi i64 [ %681, %685 ], [ %824, %823 ]
  %693 = load ptr, ptr %686, align 8
  %694 = getelementptr inbounds i64, ptr %693, i64 %692
  %695 = load i64, ptr %694, align 8
  %696 = load ptr, ptr %687, align 8
  %697 = getelementptr inbounds i64, ptr %696, i64 %692
  %698 = load i64, ptr %697, align 8
  %699 = load ptr, ptr %688, align 8
  %700 = getelementptr inbounds double, ptr %699, i64 %692
  %701 = load double, ptr %700, align 8
  switch i64 %695, label %743 [
    i64 3, label %702
    i64 4, label %728
    i64 5, label %731
    i64 6, label %736
  ]

702:                                              ; preds = %691
  %703 = load i64, ptr %329, align 8
  %704 = icmp sgt i64 %703, 0
  br i1 %704, label %705, label %726

705:                                              ; preds = %702, %721
  %706 = phi i64 [ %722, %721 ], [ %703, %702 ]
  %707 = phi i64 [ %724, %721 ], [ 0, %702 ]
  %708 = phi i64 [ %723, %721 ], [ 0, %702 ]
  %709 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %707
  %710 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %707, i32 1
  %711 = load i64, ptr %710, align 8
  %712 = icmp eq i64 %711, 0
  br i1 %712, label %717, label %713

713:                                              ; preds = %705
  %714 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %707, i32 2
  %715 = load i64, ptr %714, align 8
  %716 = icmp eq i64 %715, %698
  br i1 %716, label %721, label %717

717:                                              ; preds = %713, %705
  %718 = add nsw i64 %708, 1
  %719 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %708
  tail call void @llvm.memcpy.p0.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %719, ptr noundef nonnull align 8 dereferenceable(32) %709, i64 32, i1 false)
  %720 = load i64, ptr %329, align 8
  br label %721

721:                                              ; preds = %717, %713
  %722 = phi i64 [ %720, %717 ], [ %706, %713 ]
  %723 = phi i64 [ %718, %717 ], [ %708, %713 ]
  %724 = add nuw nsw i64 %707, 1
  %725 = icmp slt i64 %724, %722
  br i1 %725, label %705, label %726

726:                                              ; preds = %721, %702
  %727 = phi i64 [ 0, %702 ], [ %723, %721 ]
  store i64 %727, ptr %329, align 8
  br label %823

728:                                              ; preds = %691
  %729 = load ptr, ptr %324, align 8
  %730 = getelementptr inbounds double, ptr %729, i64 %698
  store double %701, ptr %730, align 8
  br label %823

731:                                              ; preds = %691
  %732 = load ptr, ptr %324, align 8
  %733 = getelementptr inbounds double, ptr %732, i64 %698
  %734 = load double, ptr %733, align 8
  %735 = fadd double %701, %734
  store double %735, ptr %733, align 8
  br label %823

736:                                              ; preds = %691
  %737 = load ptr, ptr %322, align 8
  %738 = fptosi double %701 to i64
  %739 = getelementptr inbounds double, ptr %737, i64 %738
  %740 = load double, ptr %739, align 8
  %741 = load ptr, ptr %324, align 8
  %742 = getelementptr inbounds double, ptr %741, i64 %698
  store double %740, ptr %742, align 8
  br label %823

743:                                              ; preds = %691
  %744 = load double, ptr %34, align 8
  %745 = load ptr, ptr %689, align 8
  %746 = getelementptr inbounds double, ptr %745, i64 %692
  %747 = load double, ptr %746, align 8
  %748 = fadd double %744, %747
  %749 = fadd double %744, 1.000000e-09
  %750 = fcmp ugt double %748, %749
  br i1 %750, label %798, label %751

751:                                              ; preds = %743
  switch i64 %695, label %776 [
    i64 0, label %752
    i64 1, label %765
  ]

752:                                              ; preds = %751
  %753 = load ptr, ptr %327, align 8
  %754 = load ptr, ptr %328, align 8
  %755 = getelementptr inbounds %struct.kernel, ptr %754, i64 0, i32 8
  %756 = load i64, ptr %755, align 8
  %757 = add nsw i64 %756, %698
  %758 = getelementptr inbounds %struct.kernel, ptr %754, i64 0, i32 7
  %759 = load i64, ptr %758, align 8
  %760 = mul nsw i64 %757, %759
  %761 = add nsw i64 %760, %2
  %762 = getelementptr inbounds double, ptr %753, i64 %761
  %763 = load double, ptr %762, align 8
  %764 = fadd double %701, %763
  store double %764, ptr %762, align 8
  br label %823

765:                                              ; preds = %751
  %766 = load ptr, ptr %327, align 8
  %767 = load ptr, ptr %328, align 8
  %768 = getelementptr inbounds %struct.kernel, ptr %767, i64 0, i32 10
  %769 = load i64, ptr %768, align 8
  %770 = add nsw i64 %769, %698
  %771 = getelementptr inbounds %struct.kernel, ptr %767, i64 0, i32 7
  %772 = load i64, ptr %771, align 8
  %773 = mul nsw i64 %770, %772
  %774 = add nsw i64 %773, %2
  %775 = getelementptr inbounds double, ptr %766, i64 %774
  store double %701, ptr %775, align 8
  br label %823

776:                                              ; preds = %751
  %777 = load ptr, ptr %327, align 8
  %778 = load ptr, ptr %328, align 8
  %779 = getelementptr inbounds %struct.kernel, ptr %778, i64 0, i32 10
  %780 = load i64, ptr %779, align 8
  %781 = add nsw i64 %780, %698
  %782 = getelementptr inbounds %struct.kernel, ptr %778, i64 0, i32 7
  %783 = load i64, ptr %782, align 8
  %784 = mul nsw i64 %781, %783
  %785 = add nsw i64 %784, %2
  %786 = getelementptr inbounds double, ptr %777, i64 %785
  %787 = load double, ptr %786, align 8
  %788 = fadd double %701, %787
  %789 = fcmp olt double %788, 0.000000e+00
  %790 = fneg double %788
  %791 = select i1 %789, double %790, double %788
  %792 = fcmp olt double %701, 0.000000e+00
  %793 = fneg double %701
  %794 = select i1 %792, double %793, double %701
  %795 = fmul double %794, 0x3D719799812DEA11
  %796 = fcmp olt double %791, %795
  %797 = select i1 %796, double 0.000000e+00, double %788
  store double %797, ptr %786, align 8
  br label %823

798:                                              ; preds = %743
  %799 = load i64, ptr %329, align 8
  %800 = icmp eq i64 %799, 96
  br i1 %800, label %820, label %801

801:                                              ; preds = %798
  %802 = icmp sgt i64 %799, 0
  br i1 %802, label %803, label %812

803:                                              ; preds = %801, %809
  %804 = phi i64 [ %805, %809 ], [ %799, %801 ]
  %805 = add nsw i64 %804, -1
  %806 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %805
  %807 = load double, ptr %806, align 8
  %808 = fcmp ogt double %807, %748
  br i1 %808, label %809, label %812

809:                                              ; preds = %803
  %810 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %804
  tail call void @llvm.memcpy.p0.p0.i64(ptr noundef nonnull align 8 dereferenceable(32) %810, ptr noundef nonnull align 8 dereferenceable(32) %806, i64 32, i1 false)
  %811 = icmp ugt i64 %804, 1
  br i1 %811, label %803, label %812

812:                                              ; preds = %809, %803, %801
  %813 = phi i64 [ %799, %801 ], [ 0, %809 ], [ %804, %803 ]
  %814 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %813
  store double %748, ptr %814, align 8
  %815 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %813, i32 1
  store i64 %695, ptr %815, align 8
  %816 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %813, i32 2
  store i64 %698, ptr %816, align 8
  %817 = getelementptr inbounds %struct.lane, ptr %1, i64 0, i32 21, i64 %813, i32 3
  store double %701, ptr %817, align 8
  %818 = load i64, ptr %329, align 8
  %819 = add nsw i64 %818, 1
  store i64 %819, ptr %329, align 8
  br label %823

820:                                              ; preds = %798
  %821 = load ptr, ptr %690, align 8
  %822 = getelementptr inbounds i64, ptr %821, i64 %637
  store i64 4, ptr %822, align 8
  br label %823

823:                                              ; preds = %820, %812, %776, %765, %752, %736, %731, %728, %726
  %824 = add nsw i64 %692, 1
  %825 = load ptr, ptr %678, align 8
  %826 = getelementptr inbounds i64, ptr %825, i64 %551
  %827 = load i64, ptr %826, align 8
  %828 = icmp slt i64 %824, %827
  br i1 %828, label %691, label %853

829:                                              ; preds = %629, %829
  %830 = phi i64 [ %848, %829 ], [ 0, %629 ]
  %831 = load ptr, ptr %327, align 8
  %832 = load ptr, ptr %328, align 8
  %833 = getelementptr inbounds %struct.kernel, ptr %832, i64 0, i32 18
  %834 = load i64, ptr %833, align 8
  %835 = add nsw i64 %834, %830
  %836 = getelementptr inbounds %struct.kernel, ptr %832, i64 0, i32 7
  %837 = load i64, ptr %836, align 8
  %838 = mul nsw i64 %835, %837
  %839 = add nsw i64 %838, %2
  %840 = getelementptr inbounds double, ptr %831, i64 %839
  %841 = load double, ptr %840, align 8
  %842 = getelementptr inbounds %struct.kernel, ptr %832, i64 0, i32 8
  %843 = load i64, ptr %842, align 8
  %844 = add nsw i64 %843, %830
  %845 = mul nsw i64 %844, %837
  %846 = add nsw i64 %845, %2
  %847 = getelementptr inbounds double, ptr %831, i64 %846
  store double %841, ptr %847, align 8
  %848 = add nuw nsw i64 %830, 1
  %849 = load ptr, ptr %0, align 8
  %850 = getelementptr inbounds %struct.batch, ptr %849, i64 0, i32 19
  %851 = load i64, ptr %850, align 8
  %852 = icmp slt i64 %848, %851
  br i1 %852, label %829, label %634

853:                                              ; preds = %823, %539, %522, %677, %625
  %854 = phi i32 [ %614, %625 ], [ %627, %677 ], [ %525, %522 ], [ %525, %539 ], [ %627, %823 ]
  %855 = phi i32 [ %524, %625 ], [ 1, %677 ], [ %524, %522 ], [ %524, %539 ], [ 1, %823 ]
  %856 = add nuw nsw i64 %523, 1
  %857 = load i64, ptr %65, align 8
  %858 = icmp slt i64 %856, %857
  br i1 %858, label %522, label %348
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare double @llvm.sqrt.f64(double) #5

; Function Attrs: mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare double @llvm.pow.f64(double, double) #5

; Function Attrs: nocallback nofree nounwind willreturn memory(argmem: write)
declare void @llvm.memset.p0.i64(ptr nocapture writeonly, i8, i64, i1 immarg) #6

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.smax.i64(i64, i64) #7

attributes #0 = { nounwind "no-trapping-math"="true" }
attributes #1 = { mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite) }
attributes #2 = { nofree norecurse nounwind "no-trapping-math"="true" }
attributes #3 = { mustprogress nocallback nofree nounwind willreturn memory(argmem: readwrite) }
attributes #4 = { nofree nosync nounwind memory(readwrite, inaccessiblemem: none) "no-trapping-math"="true" }
attributes #5 = { mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #6 = { nocallback nofree nounwind willreturn memory(argmem: write) }
attributes #7 = { nocallback nofree nosync nounwind speculatable willreturn memory(none) }
attributes #8 = { nounwind }
